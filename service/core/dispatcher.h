#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/account.h"
#include "lethe/batch.h"
#include "lethe/call_slots.h"
#include "lethe/decision.h"
#include "lethe/delivery_queue.h"
#include "lethe/request.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/vendor.h"

namespace lethe::core {

/// Rescues in one pass; a pass that reaches it has more to do.
inline constexpr int kMaxRescuesPerPass = 100;

/// Windows closed in one transaction: bounds how long its row locks are held.
inline constexpr int kWindowsPerChunk = 500;

/// In a row: a number between 1 and this, drawn each time.
inline constexpr int kMostControlCalls = 8;

/// Held batches let go in one transaction, likewise.
inline constexpr int kReleasesPerChunk = 500;

struct DispatcherOptions {
  /// An open batch is sent this long after it was opened, even if it is not full.
  milliseconds linger;
  /// How long a claim is ours. Longer than call_timeout by what claiming and recording take.
  milliseconds lease;
  /// The longest that VendorClient::Send() takes.
  milliseconds call_timeout;
  /// An answer is recorded at most this often while the queue is away, and not once the lease has
  /// run out: from then on it counts as unknown, and a rescue plans for that.
  int record_tries = 30;
  milliseconds record_pause{1000};
};

/// What one SendOne() did with the batch that it claimed.
enum class SendStep {
  kIdle,      ///< Nothing was claimed.
  kReleased,  ///< Too little of the lease was left for a call, or the claim took longer than
              ///< kCallsBeginWithin (pause.h); given back.
  kWithheld,  ///< A call now could hurt someone: no call, see DecideWithheld().
  kSent,      ///< CleverTap was called.
};

constexpr std::string_view Name(SendStep step) {
  switch (step) {
    case SendStep::kIdle: return "idle";
    case SendStep::kReleased: return "released";
    case SendStep::kWithheld: return "withheld";
    case SendStep::kSent: return "sent";
  }
  return "";
}

/// For the loop around SendOne() to log and count. Fields below `step` hold only if it is not
/// kIdle, those of the call only if it is kSent.
struct SendReport {
  SendStep step = SendStep::kIdle;
  EnvelopeId envelope{};
  Span span{};
  int call_number = 0;  ///< As Claim::call_number().

  OutcomeClass outcome = OutcomeClass::kUnknown;
  int http_status = 0;
  std::string code = {};  ///< As VendorReply::code.
  milliseconds call_duration{0};

  ItemCounts items = {};  ///< Where the plan sends the items; of effect if `applied`.
  AccountVerdict account = AccountVerdict::kUntouched;
  BlockScope block_scope = BlockScope::kRoute;  ///< kBlocked.
  std::string account_reason = {};              ///< kBlocked: for the operator.

  bool applied = false;  ///< The batch moved as planned, or went back.
  bool fenced = false;   ///< The lease was lost: the answer is kept, the batch is someone else's.
  std::optional<Error> error = {};  ///< Of the queue; the step is then as far as it came.
};

struct RescueReport {
  int batches = 0;  ///< Taken over and moved on.
  ItemCounts items = {};
  int fenced = 0;
  bool more = false;  ///< The pass stopped at kMaxRescuesPerPass.
  std::optional<Error> error = {};
};

/// Rulings that took effect.
struct RefusalReport {
  struct Ruled {
    Route route;
    RefusalEvidence evidence;
    RefusalRuling ruling;
    std::optional<OutcomeClass> control = {};  ///< kControl: what came of the call.
  };
  std::vector<Ruled> ruled = {};
  std::optional<Error> error = {};
};

struct CloseReport {
  int batches = 0;
  std::optional<Error> error = {};
};

struct ReleaseReport {
  int batches = 0;  ///< That no longer wait for an earlier operation, or for another one.
  std::optional<Error> error = {};
};

/// The passes that carry batches from the queue to CleverTap and on. Each pass is idempotent, may
/// run in any replica at any time, and returns what it did; waiting between passes, logging and
/// counting belong to the loop around it. Thread-safe if its parts are.
class Dispatcher {
 public:
  /// What a dispatcher works with. All must outlive it.
  struct Parts {
    DeliveryQueue& queue;
    CallSlots& slots;  ///< Of the queue.
    VendorClient& vendor;
    const Clock& clock;
    std::function<double()> jitter;           ///< In [0, 1).
    std::function<void(milliseconds)> pause;  ///< Between two tries to record; may return early.
  };

  Dispatcher(Parts parts, std::span<const Account> accounts, DispatcherOptions options);

  /// Claims the route's oldest sendable batch, sends it and records what came of it. The route's
  /// account is one of the constructor's.
  SendReport SendOne(const Route& route);

  /// Moves on the batches whose sender is gone.
  RescueReport RescueAbandoned();

  /// The routes of the constructor's accounts with refusals to judge now.
  Result<std::vector<Route>> RoutesToJudge();

  /// Tells bad identifiers from a changed rule, where CleverTap has refused some of the route.
  /// Makes a control call where nothing else can show it.
  RefusalReport JudgeRefusals(const Route& route);

  /// Moves batches whose processing window has passed to done.
  CloseReport CloseWindows();

  /// Lets go of what was held for an earlier operation on the same identifier that has finished.
  ReleaseReport ReleaseHeld();

 private:
  /// Records what became of a claim that is ours until `lease_end` of the monotonic clock.
  void Record(const Claim& claim, const VendorReply& reply, const Plan& plan,
              milliseconds lease_end, SendReport& report);

  /// Nothing if there is nothing to rule on.
  std::optional<RefusalRuling> RulingOn(const RefusalCase& refusals) const;

  /// Nothing if no slot was free, or one was made lately.
  std::optional<OutcomeClass> MakeControlCall(const Route& route, RefusalReport& report);

  Parts parts_;
  std::map<std::string, Account> accounts_;
  DispatcherOptions options_;
};

}  // namespace lethe::core
