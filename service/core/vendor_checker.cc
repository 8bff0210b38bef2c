#include "core/vendor_checker.h"

#include <utility>
#include <vector>

#include "lethe/pause.h"
#include "lethe/reasons.h"

namespace lethe::core {
namespace {

Error Unavailable(ErrorReason reason, const char* message, milliseconds retry_after) {
  return {.code = ErrorCode::kUnavailable,
          .reason = Text(reason),
          .message = message,
          .retry_after = retry_after};
}

Error AccountBlocked() {
  return Unavailable(ErrorReason::kAccountBlocked,
                     "CleverTap refuses the account's credentials, region or path", kBlockedRetry);
}

Error Paused() {
  return Unavailable(ErrorReason::kCallsPaused, "calls to CleverTap for the account are paused",
                     kBlockedRetry);
}

Error Busy(milliseconds retry_after) {
  return Unavailable(ErrorReason::kVendorBusy,
                     "all calls to CleverTap that the account may make at once are under way",
                     retry_after);
}

}  // namespace

Result<VendorOpinion> OpinionOf(const NewRequest& request, const VendorReply& reply) {
  VendorOpinion opinion{.taken = static_cast<int>(request.items.size())};
  switch (reply.outcome) {
    case OutcomeClass::kAccepted: return opinion;
    case OutcomeClass::kPartial:
      for (const Fault& fault : reply.faults) {
        const NewItem& item = request.items.at(static_cast<std::size_t>(fault.index));
        opinion.faults.push_back({item.ordinal, fault.kind, fault.code});
        --opinion.taken;
      }
      return opinion;
    case OutcomeClass::kRefused:
      // Without a status the word is Lethe's own.
      return VendorOpinion{.refused = true, .code = reply.http_status == 0 ? "" : reply.code};
    case OutcomeClass::kThrottled: return Busy(reply.retry_after.value_or(kBusyRetry));
    case OutcomeClass::kAccountBlocked:
    case OutcomeClass::kMisconfigured: return AccountBlocked();
    case OutcomeClass::kNotSent:
    case OutcomeClass::kUnknown: break;
  }
  return Unavailable(ErrorReason::kVendorUnavailable, "CleverTap gave no answer to go by",
                     reply.retry_after.value_or(kUnavailableRetry));
}

Result<VendorOpinion> VendorChecker::Check(const NewRequest& request) {
  const Route route{request.account, request.operation};
  // Read before the lease: the store starts it later, so it never ends before ours.
  const milliseconds asked_at = parts_.clock.Monotonic();
  const Result<SlotOffer> offer = parts_.slots.Lease({.route = route, .lease = options_.lease});
  if (!offer.ok()) return offer.error();
  if (offer->paused) return Paused();
  if (offer->blocked) return AccountBlocked();
  if (!offer->lease) return Busy(kBusyRetry);

  VendorReply reply{.outcome = OutcomeClass::kThrottled};
  if (parts_.clock.Monotonic() <= CallBeginsBy(asked_at, options_.lease, options_.call_timeout)) {
    std::vector<Identifier> identifiers;
    for (const NewItem& item : request.items) identifiers.push_back(item.identifier);
    reply = parts_.vendor.Send({.account = request.account,
                                .operation = request.operation,
                                .kind = request.kind,
                                .identifiers = identifiers,
                                .dry_run = true});
  }
  const bool throttled = reply.outcome == OutcomeClass::kThrottled;
  // A slot that cannot be freed now is free when its lease ends; the answer stands in any case.
  static_cast<void>(parts_.slots.Free(
      *offer->lease,
      {.cool_down = throttled ? reply.retry_after.value_or(kBusyRetry) : milliseconds::zero()}));
  return OpinionOf(request, reply);
}

}  // namespace lethe::core
