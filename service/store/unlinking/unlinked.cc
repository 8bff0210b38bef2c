#include "store/unlinking/unlinked.h"

#include <algorithm>
#include <cstdint>

#include "store/base/order_statements.h"
#include "store/base/values.h"

namespace lethe::store {

void NoteUnlinking(pqxx::work& work, const std::set<std::string>& accounts) {
  ArrayLiteral names;
  for (const std::string& account : accounts) names.AddText(account);
  work.exec_prepared(kNoteUnlinking.name, names.str());
}

void NoteUnlinked(pqxx::work& work, const std::set<RequestId>& requests) {
  ArrayLiteral ids;
  for (const RequestId id : requests) ids.Add(ToInt(id));
  work.exec_prepared(kNoteUnlinked.name, ids.str(), ToInt(*requests.begin()),
                     ToInt(*requests.rbegin()));
}

void FindUnlinked(pqxx::transaction_base& work, const std::vector<ErasureItems>& erasures,
                  OrdinalRange range, const std::function<void(RequestId, int ordinal)>& found) {
  ArrayLiteral ids, accounts, first_envelopes, last_envelopes, first_positions, last_positions;
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max(), highest = 0;
  for (const auto& [id, account, items] : erasures) {
    ids.Add(ToInt(id));
    accounts.AddText(account);
    first_envelopes.Add(items.first_envelope);
    last_envelopes.Add(items.last_envelope);
    first_positions.Add(std::int64_t{items.first_pos});
    last_positions.Add(std::int64_t{items.last_pos});
    lowest = std::min(lowest, items.first_envelope);
    highest = std::max(highest, items.last_envelope);
  }
  for (const auto& row :
       work.exec_prepared(kFindUnlinked.name, ids.str(), accounts.str(), first_envelopes.str(),
                          last_envelopes.str(), first_positions.str(), last_positions.str(),
                          range.first, range.last, lowest, highest)) {
    found(RequestId{row[0].as<std::int64_t>()}, row[1].as<int>());
  }
}

}  // namespace lethe::store
