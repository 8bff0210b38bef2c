#include "store/changing/follow_ups.h"

#include <utility>

#include "lethe/reasons.h"
#include "store/accounts/sql.h"
#include "store/base/item_range.h"
#include "store/changing/sql.h"
#include "store/reading/sql.h"

namespace lethe::store {

Result<std::vector<NewItem>> ReadRejectedItems(pqxx::connection& connection,
                                               const crypto::KeyRing& keys,
                                               const RejectedItemsParams& params) {
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  const auto request =
      FirstRow(work, sql::FindRequest{.account = params.account, .id = params.request});
  if (!request) return NoSuchRequest();
  const ItemRange range =
      RangeOf(Placement{request->first_envelope, request->first_pos, request->envelope_count},
              request->item_count);
  const auto rows = sql::ReadSealedItems{.first_envelope = EnvelopeId{range.first_envelope},
                                         .last_envelope = EnvelopeId{range.last_envelope},
                                         .first_pos = range.first_pos,
                                         .last_pos = range.last_pos}
                        .Run(work);
  std::vector<ItemState> states;
  states.reserve(rows.size());
  for (const auto& row : rows) states.push_back({row.ordinal, row.state});
  const auto chosen = ChooseRejected(states, params.ordinals);
  if (!chosen) return chosen.error();
  std::vector<NewItem> items;
  items.reserve(chosen->size());
  for (const std::size_t place : *chosen) {
    auto identifier = keys.Open(rows[place].sealed, params.account);
    if (!identifier.ok()) return std::move(identifier).error();
    items.push_back({*std::move(identifier), rows[place].ordinal});
  }
  return items;
}

Status ExtendDueTime(pqxx::connection& connection, const ExtendDueTimeParams& params) {
  pqxx::work work(connection);
  sql::LockAccount{.account = params.account}.Run(work);
  const auto now =
      FirstRow(work, sql::ReadDueTime{.account = params.account, .id = params.request});
  if (!now) return NoSuchRequest();
  const Extension wanted{.to = params.due_time, .at = params.now};
  if (const auto fault = FaultOf(wanted, {.due_time = now->due_time, .extensions = now->extensions},
                                 params.terms, params.zone)) {
    return ExtensionRefused(*fault);
  }
  if (params.preview) return Ok();
  sql::ExtendDueTime{.id = params.request,
                     .number = now->extensions + 1,
                     .principal = params.by.principal,
                     .reason = params.by.justification,
                     .due_before = *now->due_time,
                     .due_time = params.due_time}
      .Run(work);
  work.commit();
  return Ok();
}

}  // namespace lethe::store
