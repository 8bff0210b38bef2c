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

/// Whether a status of HTTP says that the call was taken.
constexpr bool IsSuccess(int status) { return 200 <= status && status < 300; }

/// What a status line other than 2xx says by itself.
OutcomeClass MeaningOfStatus(int status);

/// What the code of a body that says `fail` means: as a status, if it is one, and kRefused where it
/// says nothing. The codes of records look like 5xx and speak of the payload. 200 to 299 contradict
/// the `fail`: kUnknown.
OutcomeClass MeaningOfCode(std::string_view code);

/// Whether an answer that says `success` says beside it that something failed: by a `code` other
/// than 0 and 200 to 299, or by an `error` or `errors` that is not empty.
bool DeniesSuccess(const nlohmann::json& answer);

}  // namespace lethe::clevertap
