#include "store/schema/rights.h"

#include <initializer_list>
#include <string_view>

#include "lethe/reasons.h"
#include "store/schema/sql.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

/// One privilege of the role that serves. It may read every table besides.
struct Right {
  std::string_view object;
  std::string_view privilege;
  std::string_view columns = {};  ///< With commas; empty: of the whole table.
};

constexpr char kMakePartition[] = "lethe_make_partition(text, text, bigint, bigint)";

// What is evidence is only added to: requests, items, attempts, decisions.
constexpr Right kRights[] = {
    {"account_state", "insert"},
    {"account_state", "update"},
    {"accepted_tally", "insert"},
    {"accepted_tally", "update", "items"},
    {"accepted_tally", "delete"},
    {"attempt", "insert"},
    {"attempt", "update", "finished_at,http_status,outcome_class,vendor_code,abandoned_at"},
    {"audit_event", "insert"},
    {"batch", "insert"},
    {"batch", "update"},
    {"call_journal", "insert"},
    {"call_journal", "update", "id,seen_at"},
    {"due_time_extension", "insert"},
    {"finished_batch", "insert"},
    {"finished_batch", "delete"},
    {"finished_tally", "insert"},
    {"finished_tally", "update", "items"},
    {"finished_tally", "delete"},
    {"idempotency_key", "insert"},
    {"idempotency_key", "delete"},
    {"item_digest", "insert"},
    {"key_generation", "insert"},
    {"key_generation", "update", "fingerprint,retired_at"},
    {"lost_attempt", "insert"},
    {"lost_attempt", "update", "settled_at"},
    {"lost_attempt", "delete"},
    {"lost_digest", "insert"},
    {"lost_digest", "delete"},
    {"lost_history", "insert"},
    {"lost_history", "update", "settled_at"},
    {"lost_history", "delete"},
    {"node", "insert"},
    {"node", "update"},
    {"outcome_backfill", "update", "next_id"},
    {"outcome_backfill", "delete"},
    {"pause", "insert"},
    {"pause", "update"},
    {"pause", "delete"},
    {"prior_profile", "insert"},
    {"prior_profile", "delete"},
    {"read_back", "insert"},
    {"request", "insert"},
    {"request", "update", "may_be_unlinked,due_by"},
    {"request_item", "insert"},
    {"request_outcome", "insert"},
    {"route_block", "insert"},
    {"route_block", "update"},
    {"route_block", "delete"},
    {"slot", "insert"},
    {"slot", "update"},
    {"subject_digest", "insert"},
    {"subject_digest", "delete"},
    {"subject_hold", "insert"},
    {"subject_hold", "update", "released_at,released_by,release_reason"},
    {"unlinking_item", "insert"},
    {kMakePartition, "execute"},
};

constexpr std::string_view kOnlyRead[] = {"schema_migration"};

std::vector<std::string> Split(std::string_view columns) {
  std::vector<std::string> names;
  while (!columns.empty()) {
    const std::size_t end = columns.find(',');
    names.emplace_back(columns.substr(0, end));
    columns.remove_prefix(end == columns.npos ? columns.size() : end + 1);
  }
  return names;
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(c & ~0x20);
  return text;
}

}  // namespace

void GrantRights(pqxx::connection& connection, const std::string& role) {
  pqxx::work work(connection);
  if (work.exec("select current_user")[0][0].as<std::string>() == role) return;
  const std::string grantee = work.quote_name(role);
  const std::string schema =
      work.quote_name(work.exec("select current_schema()")[0][0].as<std::string>());
  work.exec("grant usage on schema " + schema + " to " + grantee);
  work.exec("revoke all on all tables in schema " + schema + " from " + grantee);
  const auto grant = [&](const std::string& privilege, std::string_view object) {
    work.exec("grant " + privilege + " on " + std::string(object) + " to " + grantee);
  };
  for (const std::string_view table : kOnlyRead) grant("select", table);
  for (const Right& right : kRights) {
    if (right.privilege == "execute") {
      grant("execute", "function " + std::string(right.object));
      continue;
    }
    grant("select", right.object);
    const std::string columns =
        right.columns.empty() ? "" : " (" + std::string(right.columns) + ")";
    grant(std::string(right.privilege) + columns, right.object);
  }
  work.commit();
}

std::vector<std::string> MissingRights(pqxx::connection& connection) {
  sql::MissingRights needed;
  const auto need = [&needed](std::string_view object, std::string_view privilege,
                              std::string_view column) {
    needed.rights.Add({.object = object, .privilege = privilege, .column_name = column});
  };
  for (const std::string_view table : kOnlyRead) need(table, "select", "");
  for (const Right& right : kRights) {
    if (right.privilege == "insert") need(right.object, "select", "");
    if (right.columns.empty()) need(right.object, right.privilege, "");
    for (const std::string& column : Split(right.columns)) {
      need(right.object, right.privilege, column);
    }
  }
  pqxx::nontransaction work(connection);
  std::vector<std::string> missing;
  for (const auto& row : needed.Run(work)) {
    missing.push_back("the database's role lacks " + Upper(row.privilege) + " on " + row.object +
                      ": `lethed migrate` with database.owner_url grants it");
  }
  return missing;
}

Status CheckRights(pqxx::connection& connection) {
  const std::vector<std::string> missing = MissingRights(connection);
  if (missing.empty()) return Ok();
  const std::string others =
      missing.size() == 1 ? ""
                          : " (" + std::to_string(missing.size() - 1) + " more rights are missing)";
  return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kSchemaOutOfDate),
               missing.front() + others};
}

}  // namespace lethe::store
