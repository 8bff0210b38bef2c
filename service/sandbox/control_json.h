#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/result.h"
#include "sandbox/fault.h"
#include "sandbox/profile.h"
#include "sandbox/report.h"

namespace lethe::sandbox {

// The control interface's JSON, described in sandbox.h.

struct FaultOrder {
  std::vector<Fault> queued = {};
  std::optional<RandomFaults> random = {};
};

struct ProfileOrder {
  std::string account_id;
  std::vector<Profile> profiles;
};

/// kInvalidArgument (CONTROL_INVALID) that names the member; members that nobody knows are wrong.
Result<FaultOrder> ReadFaults(std::string_view body);
Result<ProfileOrder> ReadProfiles(std::string_view body);

std::string WriteReport(const Report& report);

}  // namespace lethe::sandbox
