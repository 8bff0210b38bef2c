#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "lethe/access.h"
#include "lethe/principal_limits.h"
#include "lethe/time.h"

namespace lethe::api {

/// What principals that have limits use, in this process; by name, so that a changed access file
/// forgives nothing. Thread-safe.
class PrincipalUses {
 public:
  /// `clock` outlives it.
  explicit PrincipalUses(const Clock& clock) : clock_(clock) {}

  /// A call of the principal's in progress, which ends when the last copy goes.
  using Place = std::shared_ptr<const void>;

  /// One more call; or the limit, if it has as many as it may. Null for a principal without limits.
  std::variant<Place, LimitReached> Begin(const Principal& principal);

  /// As IdentifierAllowance::Take().
  std::optional<LimitReached> Take(const Principal& principal, std::int64_t identifiers);

  /// As IdentifierAllowance::GiveBack().
  void GiveBack(const Principal& principal, std::int64_t identifiers);

 private:
  struct Use {
    int calls = 0;
    IdentifierAllowance identifiers;
  };
  struct Shared {
    std::mutex mutex;
    std::map<std::string, Use, std::less<>> uses;
  };

  const Clock& clock_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();  // Calls may outlive it.
};

}  // namespace lethe::api
