#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/verifier.h"
#include "lethed/observer.h"
#include "runtime/config.h"
#include "runtime/loop.h"
#include "runtime/senders.h"
#include "store/verification/pg_verification_queue.h"

namespace lethe {

/// What one process does for the accounts that verify: threads that look people up, and the passes
/// that keep them busy and forget what was captured. Thread-safe.
class Looking {
 public:
  /// What it works with. All must outlive it.
  struct Parts {
    const crypto::KeyRing& keys;
    store::Pool& pool;
    ProfileReader& profiles;
    const Clock& clock;
    std::function<double()> jitter;  ///< In [0, 1).
    Observer& observer;
  };

  /// `holder` names the process in slots.
  Looking(const std::string& holder, const runtime::Config& config, const Parts& parts);

  /// Ends the claims that run after the look-up that each is at, and takes no other.
  void Stop();

  /// Hands what is due to the threads.
  runtime::Next Offer();

  runtime::Next ForgetCaptures();

 private:
  runtime::Sent LookOnce(const Route& route);

  Observer& observer_;
  const milliseconds linger_;
  std::vector<Route> routes_;
  std::stop_source stopping_;
  store::PgVerificationQueue queue_;
  core::Verifier verifier_;
  runtime::Senders threads_;  // last: run on all of the above
};

}  // namespace lethe
