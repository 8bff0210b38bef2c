#pragma once

#include <pqxx/pqxx>
#include <span>

#include "lethe/account.h"
#include "lethe/result.h"

namespace lethe::store {

/// Makes the rows of the accounts and of their projects' slots where they are missing, and binds
/// each account to its project, for good, the first time that it is seen. Throws what pqxx throws.
///   kFailedPrecondition  PROJECT_CHANGED: an account is bound to another project than the
///                        configuration says. The message names each such account, what it is bound
///                        to and what to do. `work` is not to be committed.
Status BindProjects(pqxx::work& work, std::span<const Account> accounts);

/// The same check, which changes nothing: accounts that are not bound yet are right.
Status CheckProjects(pqxx::connection& connection, std::span<const Account> accounts);

}  // namespace lethe::store
