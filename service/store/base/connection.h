#pragma once

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "lethe/result.h"

namespace lethe::store {

/// Gives the database's URL. Asked before every connection, so that a rotated password is used
/// without a restart.
using UrlSource = std::function<Result<std::string>()>;

/// Opens a session that keeps Lethe's promises whatever the role's defaults are: commits are
/// synchronous, and statements and locks wait for a limited time. The statements of all rooms are
/// prepared in it. Throws what pqxx throws.
std::unique_ptr<pqxx::connection> Connect(const UrlSource& url);

}  // namespace lethe::store
