#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/result.h"
#include "sandbox/effects.h"
#include "sandbox/endpoint.h"
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

struct PasscodeOrder {
  std::string account_id;
  std::vector<std::string> passcodes;
};

struct PoisonOrder {
  std::string account_id;
  std::vector<std::string> identifiers;
};

struct EffectsQuery {
  std::string account_id;
  Endpoint api;
  std::vector<std::string> identifiers;
};

/// kInvalidArgument (CONTROL_INVALID) that names the member; members that nobody knows are wrong.
Result<FaultOrder> ReadFaults(std::string_view body);
Result<ProfileOrder> ReadProfiles(std::string_view body);
Result<PasscodeOrder> ReadPasscodes(std::string_view body);
Result<PoisonOrder> ReadPoison(std::string_view body);
Result<EffectsQuery> ReadEffectsQuery(std::string_view body);

std::string WriteReport(const Report& report);
std::string WriteEffects(const std::vector<Effects>& effects);

}  // namespace lethe::sandbox
