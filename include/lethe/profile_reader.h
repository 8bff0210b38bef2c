#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lethe/operation.h"
#include "lethe/read_back.h"
#include "lethe/redacted.h"
#include "lethe/time.h"

namespace lethe {

struct LookUpCall {
  std::string_view account;
  IdentifierKind kind;  ///< A phone is looked up as the identity that it is used as.
  const Identifier& identifier;
};

/// What came of it, without a byte of the body.
struct LookUpReply {
  LookUpOutcome outcome = LookUpOutcome::kUnknown;
  Profile profile = {};  ///< kFound.
  int http_status = 0;   ///< 0 if there was no answer.

  /// As VendorReply::code.
  std::string code = {};
  std::optional<milliseconds> retry_after = {};  ///< From a `Retry-After` header.
};

/// CleverTap's profiles, read only. Thread-safe; LookUp() blocks until there is an answer or
/// call_timeout has passed, and never throws.
class ProfileReader {
 public:
  virtual ~ProfileReader() = default;
  virtual LookUpReply LookUp(const LookUpCall& call) = 0;
};

}  // namespace lethe
