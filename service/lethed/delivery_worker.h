#pragma once

#include <mutex>
#include <set>
#include <vector>

#include "core/account_prober.h"
#include "core/database_clock.h"
#include "core/dispatcher.h"
#include "lethe/account.h"
#include "lethe/account_gate.h"
#include "lethe/delivery_queue.h"
#include "lethed/observer.h"
#include "runtime/loop.h"
#include "runtime/passcode_watch.h"
#include "runtime/senders.h"

namespace lethe {

/// What one process does to deliver: threads that send, and the passes that keep them busy, follow
/// what was sent and look after blocked accounts. Thread-safe, except for ProbeAccounts().
class DeliveryWorker {
 public:
  /// What it works with. All must outlive it.
  struct Parts {
    DeliveryQueue& queue;
    core::Dispatcher& dispatcher;
    AccountGate& gate;
    core::AccountProber& prober;
    runtime::PasscodeWatch& passcodes;
    const core::DatabaseClock& clock;  ///< While it is not trusted, nothing is sent.
    Observer& observer;
  };

  struct Options {
    int threads;          ///< That send. 0: the process does not dispatch.
    milliseconds linger;  ///< As ClaimParams::linger.
  };

  DeliveryWorker(const std::vector<Account>& accounts, Options options, const Parts& parts);

  /// As Senders::Stop().
  void Stop() { senders_.Stop(); }

  /// Hands the routes that have something to send to the threads.
  runtime::Next OfferRoutes();

  runtime::Next RescueAbandoned();

  /// Hands the routes with refusals to judge to the threads: they may have to make control calls.
  runtime::Next JudgeRefusals();

  /// Makes the next probe of accounts with a changed passcode file due, then makes one probe. For
  /// one thread.
  runtime::Next ProbeAccounts();

  runtime::Next CloseWindows();
  runtime::Next ReleaseHeld();

 private:
  runtime::Sent SendOne(const Route& route);
  bool TakeToJudge(const Route& route);

  const Parts parts_;
  const milliseconds linger_;
  const std::vector<Route> routes_;
  std::mutex mutex_;
  std::set<Route> to_judge_;
  runtime::Senders senders_;  // last: run on all of the above
};

}  // namespace lethe
