#include "store/unlinking/unlinked.h"

#include <algorithm>

#include "store/unlinking/sql.h"

namespace lethe::store {

void NoteUnlinking(pqxx::work& work, const std::set<std::string>& accounts) {
  sql::NoteUnlinking statement;
  for (const std::string& account : accounts) statement.accounts.Add(account);
  statement.Run(work);
}

void NoteUnlinked(pqxx::work& work, const std::set<RequestId>& requests) {
  sql::NoteUnlinked statement{.lowest = *requests.begin(), .highest = *requests.rbegin()};
  for (const RequestId id : requests) statement.requests.Add(id);
  statement.Run(work);
}

void FindUnlinked(pqxx::transaction_base& work, const std::vector<ErasureItems>& erasures,
                  OrdinalRange range, const std::function<void(RequestId, int ordinal)>& found) {
  sql::FindUnlinked statement{
      .first_ordinal = range.first,
      .last_ordinal = range.last,
      .lowest_envelope = EnvelopeId{std::numeric_limits<std::int64_t>::max()},
      .highest_envelope = EnvelopeId{0}};
  for (const auto& [id, account, items] : erasures) {
    const EnvelopeId first{items.first_envelope};
    const EnvelopeId last{items.last_envelope};
    statement.erasures.Add({.id = id,
                            .account = account,
                            .first_envelope = first,
                            .last_envelope = last,
                            .first_pos = items.first_pos,
                            .last_pos = items.last_pos});
    statement.lowest_envelope = std::min(statement.lowest_envelope, first);
    statement.highest_envelope = std::max(statement.highest_envelope, last);
  }
  for (const auto& [id, ordinal] : statement.Run(work)) found(id, ordinal);
}

}  // namespace lethe::store
