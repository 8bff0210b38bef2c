#include "api/gate/principal_uses.h"

#include <chrono>

namespace lethe::api {
namespace {

/// A call takes milliseconds.
constexpr std::chrono::seconds kForACall{1};

}  // namespace

std::variant<PrincipalUses::Place, LimitReached> PrincipalUses::Begin(const Principal& principal) {
  const auto most = principal.limits.concurrent_calls;
  if (!most) return Place();
  {
    const std::lock_guard lock(shared_->mutex);
    int& calls = shared_->uses[principal.name].calls;
    if (calls >= *most) return LimitReached{PrincipalLimit::kConcurrentCalls, kForACall};
    ++calls;
  }
  return Place(shared_.get(), [shared = shared_, name = principal.name](const void*) {
    const std::lock_guard lock(shared->mutex);
    --shared->uses[name].calls;
  });
}

std::optional<LimitReached> PrincipalUses::Take(const Principal& principal,
                                                std::int64_t identifiers) {
  const PrincipalLimits& limits = principal.limits;
  if (!limits.identifiers_a_minute && !limits.identifiers_a_day) return std::nullopt;
  const milliseconds now = clock_.Monotonic();
  const std::lock_guard lock(shared_->mutex);
  return shared_->uses[principal.name].identifiers.Take(limits, identifiers, now);
}

void PrincipalUses::GiveBack(const Principal& principal, std::int64_t identifiers) {
  const std::lock_guard lock(shared_->mutex);
  const auto use = shared_->uses.find(principal.name);
  if (use != shared_->uses.end()) use->second.identifiers.GiveBack(identifiers);
}

}  // namespace lethe::api
