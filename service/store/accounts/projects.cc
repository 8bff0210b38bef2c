#include "store/accounts/projects.h"

#include <map>
#include <string>
#include <utility>

#include "lethe/limits.h"
#include "lethe/project.h"
#include "lethe/reasons.h"
#include "store/accounts/sql.h"
#include "store/base/values.h"

namespace lethe::store {
namespace {

/// By the account's name: what it is bound to.
using Bindings = std::map<std::string, Project>;

Status Compare(std::span<const Account> accounts, const Bindings& bindings) {
  std::string message;
  for (const Account& account : accounts) {
    const auto bound = bindings.find(account.name);
    const Project configured = ProjectOf(account);
    if (bound == bindings.end() || bound->second == configured) continue;
    message += (message.empty() ? "" : "\n") + ("account " + account.name) +
               " is bound to the project " + ToText(bound->second) +
               " since Lethe first saw it, and the configuration says " + ToText(configured) +
               ": people who were handed in for the one would be erased at the other. Nothing is "
               "sent. Put the host and the account id back, or give the other project a name of "
               "its own; the runbook says what to do if CleverTap has moved the project.";
  }
  if (message.empty()) return Ok();
  return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kProjectChanged),
               std::move(message)};
}

}  // namespace

Status BindProjects(pqxx::work& work, std::span<const Account> accounts) {
  sql::LockProjects{}.Run(work);
  Bindings bindings;
  for (const Account& account : accounts) {
    const Project project = ProjectOf(account);
    const auto bound = OnlyRow(work, sql::BindAccount{.account = account.name,
                                                      .host = project.host,
                                                      .project = project.account_id,
                                                      .time_zone = account.hours.zone.name()});
    bindings[account.name] = {.host = bound.host, .account_id = bound.project};
    sql::MakeSlots{.slots_of = bound.slots_of, .slots = kMaxConcurrency}.Run(work);
  }
  return Compare(accounts, bindings);
}

Status CheckProjects(pqxx::connection& connection, std::span<const Account> accounts) {
  pqxx::nontransaction work(connection);
  ArrayLiteral names;
  for (const Account& account : accounts) names.Add(account.name);
  Bindings bindings;
  for (const auto& row : sql::ReadProjects{.accounts = names}.Run(work)) {
    bindings[row.account] = {.host = row.host, .account_id = row.project};
  }
  return Compare(accounts, bindings);
}

}  // namespace lethe::store
