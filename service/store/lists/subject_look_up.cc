#include "store/lists/subject_look_up.h"

#include <utility>

#include "lethe/limits.h"
#include "store/lists/scopes.h"
#include "store/lists/sql.h"

namespace lethe::store {
namespace {

SubjectItem ToSubjectItem(sql::SubjectItems::Row& row) {
  return {.account = std::move(row.account),
          .request = row.request_id,
          .operation = row.operation,
          .kind = row.kind,
          .create_time = row.create_time,
          .due_time = row.due_time,
          .item = {.ordinal = row.ordinal,
                   .state = row.state,
                   .reason = std::move(row.reason),
                   .attempt_count = row.attempt_count,
                   .not_before = row.not_before,
                   .accepted_at = row.accepted_at,
                   .window_end = row.window_end,
                   .finished_at = row.finished_at,
                   .read_back = row.read_back,
                   .read_back_at = row.read_back_at,
                   .reappeared_at = row.reappeared_at}};
}

}  // namespace

std::vector<SubjectItem> LookUpSubject(pqxx::connection& connection, const LookUpParams& params,
                                       const std::vector<std::string>& digests) {
  pqxx::work work(connection);
  sql::WriteLookUp note{.principal = params.principal, .justification = params.justification};
  AddScopes(note.scopes, params.scopes);
  note.Run(work);
  sql::SubjectItems read{.max_items = kMaxSubjectItems};
  AddScopes(read.scopes, params.scopes);
  for (const std::string& digest : digests) read.digests.AddBytes(digest);
  std::vector<SubjectItem> items;
  for (auto& row : read.Run(work)) items.push_back(ToSubjectItem(row));
  work.commit();
  return items;
}

}  // namespace lethe::store
