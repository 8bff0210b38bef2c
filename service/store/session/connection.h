#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lethe/result.h"
#include "store/session/session.h"

namespace lethe::store {

/// Gives the database's URL. Asked before every connection, so that a rotated password is used
/// without a restart.
using UrlSource = std::function<Result<std::string>()>;

/// Opens a session that keeps Lethe's promises whatever the role's defaults are: commits are
/// synchronous, and everything waits for a limited time. The statements of all rooms are prepared
/// in it. A pooler that gives the session's server process to others meanwhile is refused:
/// PgBouncer must be in session mode. Throws CannotConnect.
std::unique_ptr<Session> Connect(const UrlSource& url, const SessionLimits& limits = {});

}  // namespace lethe::store
