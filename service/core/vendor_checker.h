#pragma once

#include "lethe/call_slots.h"
#include "lethe/time.h"
#include "lethe/vendor.h"
#include "lethe/vendor_check.h"

namespace lethe::core {

/// When to ask again about an account that is blocked or paused: about as long as it takes a person
/// to mend it, and little compared with that.
inline constexpr milliseconds kBlockedRetry{30'000};
/// When to ask again where all calls are under way: most take half a second.
inline constexpr milliseconds kBusyRetry{1'000};
/// When to ask again after an answer that was none.
inline constexpr milliseconds kUnavailableRetry{10'000};

/// What the answer to a dry run says about the request, with the errors of VendorCheck::Check().
Result<VendorOpinion> OpinionOf(const NewRequest& request, const VendorReply& reply);

/// Asks CleverTap by a dry run, through a slot like any call. Thread-safe.
class VendorChecker final : public VendorCheck {
 public:
  struct Parts {
    CallSlots& slots;
    VendorClient& vendor;
    const Clock& clock;
  };
  struct Options {
    milliseconds lease;         ///< Of the slot; longer than call_timeout.
    milliseconds call_timeout;  ///< The longest that VendorClient::Send() takes.
  };

  /// The parts outlive the checker.
  VendorChecker(Parts parts, Options options) : parts_(parts), options_(options) {}

  Result<VendorOpinion> Check(const NewRequest& request) override;

 private:
  const Parts parts_;
  const Options options_;
};

}  // namespace lethe::core
