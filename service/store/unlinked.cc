#include "store/unlinked.h"

#include "store/order_statements.h"
#include "store/values.h"

namespace lethe::store {

void NoteUnlinking(pqxx::work& work, const std::set<std::string>& accounts) {
  ArrayLiteral names;
  for (const std::string& account : accounts) names.AddText(account);
  work.exec_prepared(kNoteUnlinking.name, names.str());
}

void FindUnlinked(pqxx::transaction_base& work, const std::vector<RequestKey>& requests,
                  OrdinalRange range, const std::function<void(RequestId, int ordinal)>& found) {
  ArrayLiteral ids, accounts;
  for (const RequestKey& request : requests) {
    ids.Add(ToInt(request.id));
    accounts.AddText(request.account);
  }
  for (const auto& row :
       work.exec_prepared(kFindUnlinked.name, ids.str(), accounts.str(), range.first, range.last)) {
    found(RequestId{row[0].as<std::int64_t>()}, row[1].as<int>());
  }
}

}  // namespace lethe::store
