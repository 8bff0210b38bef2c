#pragma once

#include <string>

#include "lethe/result.h"

namespace lethe::telemetry {

/// gRPC's name of a status code; `UNKNOWN` for one that it does not have.
std::string GrpcCodeName(int code);

std::string CodeName(ErrorCode code);

}  // namespace lethe::telemetry
