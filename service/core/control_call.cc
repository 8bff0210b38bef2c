#include "core/control_call.h"

#include <cstdint>
#include <string>

#include "lethe/operation_traits.h"

namespace lethe::core {
namespace {

// +1 202 555 0100 to 0199: the North American Numbering Plan keeps these from being anyone's.
constexpr const char* kFictionalPhone = "+12025550123";

constexpr double kNonces = 9'007'199'254'740'992.0;  // 2^53, as many as a double tells apart

}  // namespace

ControlCall ControlCallFor(Operation operation, double random) {
  if (HasDryRun(operation)) {
    return {
        .kind = IdentifierKind::kPhone, .identifier = Identifier(kFictionalPhone), .dry_run = true};
  }
  const auto nonce = static_cast<std::uint64_t>(random * kNonces);
  return {.kind = IdentifierKind::kIdentity,
          .identifier = Identifier("lethe-control-call-" + std::to_string(nonce)),
          .dry_run = false};
}

}  // namespace lethe::core
