#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "lethe/vendor.h"

namespace lethe::clevertap {

/// `code` as digits, whether CleverTap wrote a number or a string; empty for anything else. Never
/// as long as a phone number, so that no body can smuggle one out.
std::string CodeOf(const nlohmann::json& object);

/// What a CleverTap record code means for the identifier: 555 asks to try again, 509-535 are final,
/// the rest is undocumented.
FaultKind KindOf(std::string_view code);

/// Settles a readable 2xx answer to a disassociation: who was taken, who was not, who is missing.
/// The contract is that of Classify().
VendorReply SettleDisassociation(const VendorCall& call, const nlohmann::json& answer);

}  // namespace lethe::clevertap
