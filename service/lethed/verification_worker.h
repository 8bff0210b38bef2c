#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "core/database_clock.h"
#include "core/verifier.h"
#include "lethe/account.h"
#include "lethe/profile_reader.h"
#include "lethe/verification_queue.h"
#include "lethed/observer.h"
#include "runtime/loop.h"
#include "runtime/senders.h"

namespace lethe {

/// What one process does for the accounts that verify: threads that look people up, and the passes
/// that keep them busy and forget what was captured. Thread-safe.
class VerificationWorker {
 public:
  /// What it works with. All must outlive it.
  struct Parts {
    VerificationQueue& queue;
    ProfileReader& profiles;
    const core::DatabaseClock& clock;  ///< While it is not trusted, nobody is looked up.
    std::function<double()> jitter;    ///< In [0, 1).
    Observer& observer;
  };

  struct Options {
    int max_threads;  ///< That look up. 0: the process does not dispatch.
    core::VerifierOptions verifier;
  };

  VerificationWorker(const std::vector<Account>& accounts, const Options& options,
                     const Parts& parts);

  /// Ends each claim that runs after the look-up that it is at; takes no other claim.
  void Stop();

  /// Hands the routes that have something to look at to the threads.
  runtime::Next OfferRoutes();

  runtime::Next ForgetCaptures();

 private:
  runtime::Sent LookOnce(const Route& route);

  Observer& observer_;
  VerificationQueue& queue_;
  const core::DatabaseClock& clock_;
  const milliseconds linger_;
  const std::vector<Route> routes_;
  std::stop_source stopping_;
  core::Verifier verifier_;
  runtime::Senders threads_;  // last: run on all of the above
};

}  // namespace lethe
