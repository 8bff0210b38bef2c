#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lethe/vendor.h"

namespace lethe::clevertap {

/// Settles a readable 2xx answer to a delete or demerge, which is about the call as a whole. The
/// contract is that of Classify().
VendorReply SettleWhole(const VendorCall& call, const nlohmann::json& answer);

/// Settles a readable 2xx answer to a disassociation: who was taken, who was not, who is missing.
/// The contract is that of Classify().
VendorReply SettleDisassociation(const VendorCall& call, const nlohmann::json& answer);

}  // namespace lethe::clevertap
