#pragma once

#include <string>

#include "lethe/v1/operator_service.pb.h"

namespace lethe::cli {

/// `NAME OPERATION, ITEMS, needs review ..; etag ..`
std::string Line(const v1::Review& review);

/// Line() and, on lines of their own, the decisions that are allowed, the requests and the calls.
std::string Page(const v1::Review& review);

/// `REVIEWS with ITEMS of REQUESTS may be resolved by ..; etag ..`
std::string Line(const v1::ReviewGroup& group);

/// `NAME served; API blocked ..; etag ..` or `NAME blocked ..; etag ..`
std::string Line(const v1::Account& account);

/// `SCOPE paused since .. by ..`
std::string Line(const v1::Pause& pause);
std::string Page(const v1::Recovery& recovery);

/// `TIME PRINCIPAL ACTION TARGET: BEFORE -> AFTER: JUSTIFICATION`
std::string Line(const v1::AuditEvent& event);

/// How the command line names a decision: `send-again`.
std::string Word(v1::ReviewDecision decision);

}  // namespace lethe::cli
