#include "store/recovery/journal_register.h"

#include "store/base/values.h"
#include "store/recovery/sql.h"

namespace lethe::store {

std::string NoteJournal(pqxx::connection& connection, const std::string& place,
                        const std::string& id) {
  pqxx::work work(connection);
  std::string before = OnlyRow(work, sql::NoteJournal{.place = place, .id = id}).before;
  work.commit();
  return before;
}

}  // namespace lethe::store
