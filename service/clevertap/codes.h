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

/// What a body that says `fail` means: as its `code` has it. Where that says no more than that the
/// call was refused, and there is a code that cannot be read (503.0, "HTTP 503"), one under another
/// name (`errorCode`), or one in an object of the body that says something else: kUnknown.
OutcomeClass MeaningOfFailure(const nlohmann::json& answer);

/// Whether an answer that says `success` says beside it, in itself or in its `result`, that
/// something failed: by a code other than 0 and 200 to 299, by an `error`, `failure`, `failed` or
/// the like that is not empty, by `success` or `ok` that is false.
bool DeniesSuccess(const nlohmann::json& answer);

}  // namespace lethe::clevertap
