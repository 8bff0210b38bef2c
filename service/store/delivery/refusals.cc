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

/// A case, and when the latest accepted call of its route began.
struct Finding {
  RefusalCase refusals;
  std::optional<TimePoint> accepted_at;
};

Finding ToFinding(const sql::RefusalCases::Row& row) {
  const auto identifiers = [](std::int64_t count) { return static_cast<int>(count); };
  return {.refusals = {.route = {row.account, row.operation},
                       .evidence = {.searching = identifiers(row.searching),
                                    .confirmed = identifiers(row.confirmed),
                                    .vouched = identifiers(row.vouched),
                                    .unvouched = identifiers(row.unvouched),
                                    .due = identifiers(row.due),
                                    .worn_out = identifiers(row.worn_out),
                                    .stuck = identifiers(row.stuck),
                                    .rejected_lately = identifiers(row.rejected_lately),
                                    .in_review = identifiers(row.in_review),
                                    .others_under_way = row.others_under_way,
                                    .taken_lately = row.taken_lately,
                                    .mostly_taken = row.mostly_taken,
                                    .control_due = row.control_due,
                                    .only_probes_itself = row.only_probes_itself}},
          .accepted_at = row.accepted_at};
}

std::optional<Finding> FindAgain(pqxx::work& work, const Route& route) {
  const auto row = FirstRow(work, sql::RefusalCases{.account = route.account,
                                                    .operation = route.operation,
                                                    .memory = kRefusalMemory,
                                                    .lone_tries = kLoneTries});
  if (!row) return std::nullopt;
  return ToFinding(*row);
}

void DecideConfirmed(pqxx::work& work, const RefusalCase& refusals, int room) {
  const Transition rejection = Rejection(Text(Reason::kRefusedByVendor), {});
  const Transition review = RefusalReview({});
  sql::DecideConfirmed{.account = refusals.route.account,
                       .operation = refusals.route.operation,
                       .judged = refusals.evidence.confirmed,
                       .room = room,
                       .rejected = rejection.to,
                       .rejected_reason = rejection.reason,
                       .review = review.to,
                       .review_reason = review.reason,
                       .effect_unknown_reason = RefusalReview(TimePoint{}).reason}
      .Run(work);
}

void ReviewWornOut(pqxx::work& work, const Route& route) {
  const Transition review = RefusalReview({});
  sql::ReviewWornOut{.account = route.account,
                     .operation = route.operation,
                     .lone_tries = kLoneTries,
                     .state = review.to,
                     .reason = review.reason,
                     .effect_unknown_reason = RefusalReview(TimePoint{}).reason}
      .Run(work);
}

}  // namespace

std::vector<RefusalCase> ReadRefusalCases(pqxx::work& work) {
  const sql::RefusalCases of_all_routes{
      .account = {}, .operation = {}, .memory = kRefusalMemory, .lone_tries = kLoneTries};
  std::vector<RefusalCase> cases;
  for (const auto& row : of_all_routes.Run(work)) cases.push_back(ToFinding(row).refusals);
  return cases;
}

Recorded SettleRefusals(pqxx::work& work, const RefusalCase& refusals,
                        const RefusalRuling& ruling) {
  const auto& [account, operation] = refusals.route;
  if (sql::LockHealthyAccount{.account = account}.Run(work) == 0) return Recorded::kFenced;
  const auto found = FindAgain(work, refusals.route);
  if (!found || found->refusals.evidence != refusals.evidence) return Recorded::kFenced;

  switch (ruling.verdict) {
    case RefusalVerdict::kWait:
    case RefusalVerdict::kControl: break;
    case RefusalVerdict::kSendAgain:
      sql::SendRefusedAgain{
          .account = account, .operation = operation, .accepted_at = found->accepted_at}
          .Run(work);
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
