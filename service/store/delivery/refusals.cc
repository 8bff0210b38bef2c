#include "store/delivery/refusals.h"

#include <cstdint>
#include <optional>
#include <string>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"
#include "store/accounts/sql.h"
#include "store/base/values.h"
#include "store/delivery/sql.h"

namespace lethe::store {
namespace {

RefusalCase ToCase(const sql::RefusalCases::Row& row) {
  const auto identifiers = [](std::int64_t count) { return static_cast<int>(count); };
  return {.route = {row.account, row.operation},
          .evidence = {.searching = identifiers(row.searching),
                       .confirmed = identifiers(row.confirmed),
                       .vouched = identifiers(row.vouched),
                       .vouched_due = identifiers(row.vouched_due),
                       .unvouched = identifiers(row.unvouched),
                       .due = identifiers(row.due),
                       .worn_out = identifiers(row.worn_out),
                       .stuck = identifiers(row.stuck),
                       .rejected_lately = identifiers(row.rejected_lately),
                       .others_under_way = row.others_under_way,
                       .taken_lately = row.taken_lately,
                       .mostly_taken = row.mostly_taken,
                       .hiccup_lately = row.hiccup_lately,
                       .control_due = row.control_due,
                       .control_taken = row.control_taken,
                       .lone_taken = row.lone_taken,
                       .lone_under_way = row.lone_under_way,
                       .refused_people = identifiers(row.refused_people),
                       .only_probes_itself = row.only_probes_itself,
                       .lacks_probe = row.lacks_probe}};
}

/// Of one route, or of all.
sql::RefusalCases CasesOf(const std::optional<Route>& route) {
  sql::RefusalCases cases{.account = {},
                          .operation = {},
                          .memory = kRefusalMemory,
                          .hiccup_memory = kHiccupMemory,
                          .mostly_taken_memory = kMostlyTakenMemory,
                          .vouched_for = kVouchedFor,
                          .endpoint = Name(BlockReason::kEndpoint),
                          .lone_tries = kLoneTries};
  if (route) {
    cases.account = route->account;
    cases.operation = route->operation;
  }
  return cases;
}

void DecideConfirmed(pqxx::work& work, const RefusalCase& refusals, int room) {
  const Transition rejection = Rejection(Text(Reason::kRefusedByVendor), {});
  const Transition review = RefusalReview({});
  sql::DecideConfirmed{.account = refusals.route.account,
                       .operation = refusals.route.operation,
                       .one_search = kOneSearch,
                       .judged = refusals.evidence.confirmed,
                       .room = room,
                       .rejected = rejection.to,
                       .rejected_reason = rejection.reason,
                       .review = review.to,
                       .review_reason = review.reason,
                       .effect_unknown_reason = RefusalReview({.may_have_effect = true}).reason}
      .Run(work);
}

void ReviewWornOut(pqxx::work& work, const Route& route) {
  const Transition review = RefusalReview({});
  sql::ReviewWornOut{.account = route.account,
                     .operation = route.operation,
                     .lone_tries = kLoneTries,
                     .state = review.to,
                     .reason = review.reason,
                     .effect_unknown_reason = RefusalReview({.may_have_effect = true}).reason}
      .Run(work);
}

}  // namespace

std::vector<RefusalCase> ReadRefusalCases(pqxx::work& work, const std::optional<Route>& route) {
  std::vector<RefusalCase> cases;
  for (const auto& row : CasesOf(route).Run(work)) cases.push_back(ToCase(row));
  return cases;
}

Recorded SettleRefusals(pqxx::work& work, const RefusalCase& refusals,
                        const RefusalRuling& ruling) {
  const auto& [account, operation] = refusals.route;
  if (sql::LockHealthyAccount{.account = account}.Run(work) == 0) return Recorded::kFenced;
  const auto now = FirstRow(work, CasesOf(refusals.route));
  if (!now || ToCase(*now).evidence != refusals.evidence) return Recorded::kFenced;

  switch (ruling.verdict) {
    case RefusalVerdict::kWait:
    case RefusalVerdict::kControl: break;
    case RefusalVerdict::kSendAgain:
      sql::SendRefusedAgain{
          .account = account, .operation = operation, .vouched = refusals.evidence.vouched_due > 0}
          .Run(work);
      break;
    case RefusalVerdict::kProbe:
      sql::ProbeWithHeld{.account = account, .operation = operation}.Run(work);
      break;
    case RefusalVerdict::kReject: DecideConfirmed(work, refusals, ruling.room); break;
    case RefusalVerdict::kReview: ReviewWornOut(work, refusals.route); break;
    case RefusalVerdict::kBlock:
      sql::BlockRoute{.account = account,
                      .api = ApiOf(operation),
                      .reason = ruling.account_reason,
                      .resume = ruling.resume,
                      .started_at = {}}
          .Run(work);
      break;
  }
  return Recorded::kApplied;
}

}  // namespace lethe::store
