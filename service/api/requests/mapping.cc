#include "api/requests/mapping.h"

#include <algorithm>

#include "api/fields/names.h"
#include "api/fields/proto_values.h"
#include "lethe/reasons.h"

namespace lethe::api {
namespace {

v1::VendorFault::Kind ToProto(FaultKind kind) {
  switch (kind) {
    case FaultKind::kPermanent: return v1::VendorFault::KIND_PERMANENT;
    case FaultKind::kTransient: return v1::VendorFault::KIND_TRANSIENT;
    case FaultKind::kUnaccountable: return v1::VendorFault::KIND_UNACCOUNTABLE;
  }
  return v1::VendorFault::KIND_UNSPECIFIED;
}

v1::ItemState ToProto(BatchState state) {
  switch (state) {
    case BatchState::kOpen:
    case BatchState::kReady: return v1::ITEM_STATE_WAITING;
    case BatchState::kHeld: return v1::ITEM_STATE_HELD;
    case BatchState::kSending: return v1::ITEM_STATE_SENDING;
    case BatchState::kAccepted: return v1::ITEM_STATE_ACCEPTED;
    case BatchState::kDone: return v1::ITEM_STATE_DONE;
    case BatchState::kRejected: return v1::ITEM_STATE_REJECTED;
    case BatchState::kCancelled: return v1::ITEM_STATE_CANCELLED;
    case BatchState::kNeedsReview: return v1::ITEM_STATE_NEEDS_REVIEW;
  }
  return v1::ITEM_STATE_UNSPECIFIED;
}

v1::PrivacyRequest::State ToProto(RequestState state) {
  switch (state) {
    case RequestState::kQueued: return v1::PrivacyRequest::STATE_QUEUED;
    case RequestState::kInProgress: return v1::PrivacyRequest::STATE_IN_PROGRESS;
    case RequestState::kNeedsReview: return v1::PrivacyRequest::STATE_NEEDS_REVIEW;
    case RequestState::kCompleted: return v1::PrivacyRequest::STATE_COMPLETED;
    case RequestState::kPartiallyCompleted: return v1::PrivacyRequest::STATE_PARTIALLY_COMPLETED;
    case RequestState::kRejected: return v1::PrivacyRequest::STATE_REJECTED;
    case RequestState::kCancelled: return v1::PrivacyRequest::STATE_CANCELLED;
    case RequestState::kExpired: return v1::PrivacyRequest::STATE_EXPIRED;
  }
  return v1::PrivacyRequest::STATE_UNSPECIFIED;
}

v1::ItemCounts ToProto(const ItemCounts& counts) {
  v1::ItemCounts proto;
  proto.set_waiting(counts[BatchState::kOpen] + counts[BatchState::kReady]);
  proto.set_sending(counts[BatchState::kSending]);
  proto.set_accepted(counts[BatchState::kAccepted]);
  proto.set_done(counts[BatchState::kDone]);
  proto.set_rejected(counts[BatchState::kRejected]);
  proto.set_needs_review(counts[BatchState::kNeedsReview]);
  proto.set_held(counts[BatchState::kHeld]);
  proto.set_cancelled(counts[BatchState::kCancelled]);
  return proto;
}

v1::CompletionBasis BasisOf(const ItemView& view) {
  if (view.state != BatchState::kDone) return v1::COMPLETION_BASIS_UNSPECIFIED;
  if (view.read_back == ReadBack::kAbsent) return v1::COMPLETION_BASIS_VERIFIED_ABSENT;
  if (view.read_back == ReadBack::kReappeared) return v1::COMPLETION_BASIS_REAPPEARED;
  return v1::COMPLETION_BASIS_WINDOW;
}

bool IsUnderWay(RequestState state) {
  return state == RequestState::kQueued || state == RequestState::kInProgress;
}

bool IsComplete(RequestState state) {
  return state == RequestState::kCompleted || state == RequestState::kPartiallyCompleted ||
         state == RequestState::kRejected || state == RequestState::kCancelled;
}

/// Only for requests under way: when an operator looks at the others is unknown.
std::optional<TimePoint> ExpectedCompletion(const RequestView& view, const ProcessingHours& hours,
                                            TimePoint now) {
  std::optional<TimePoint> expected = view.last_window_end;
  if (view.counts[BatchState::kOpen] + view.counts[BatchState::kReady] +
          view.counts[BatchState::kHeld] + view.counts[BatchState::kSending] >
      0) {
    const TimePoint if_sent_now = WindowEnd(view.operation, now, hours);
    expected = std::max(expected.value_or(if_sent_now), if_sent_now);
  }
  // The window has passed, and Lethe looks the items up: how long that takes is unknown.
  if (expected && view.counts[BatchState::kAccepted] > 0) expected = std::max(*expected, now);
  return expected;
}

}  // namespace

RequestView FreshView(const NewRequest& request, const Admission& admission) {
  const int count = static_cast<int>(request.items.size());
  RequestView view{.id = admission.id,
                   .account = request.account,
                   .principal = request.principal,
                   .operation = request.operation,
                   .kind = request.kind,
                   .item_count = count,
                   .duplicate_count = request.duplicate_count,
                   .counts = {},
                   .create_time = admission.create_time,
                   .submit_time = request.submit_time,
                   .due_time = DueTime(request.due_time, request.due_by_law, request.submit_time,
                                       admission.create_time),
                   .last_window_end = {},
                   .last_finished_at = {},
                   .retry_of = request.retry_of};
  view.counts[BatchState::kOpen] = count;
  return view;
}

v1::PrivacyRequest ToProto(const RequestView& view, const ProcessingHours& hours, TimePoint now) {
  const RequestState state = DeriveState(view.counts, view.item_count);
  v1::PrivacyRequest proto;
  proto.set_name(FormatRequestName(view.account, view.id));
  proto.set_operation(ToProto(view.operation));
  proto.set_principal(view.principal);
  proto.set_identifier_kind(ToProto(view.kind));
  proto.set_state(ToProto(state));
  proto.set_item_count(view.item_count);
  proto.set_duplicate_count(view.duplicate_count);
  *proto.mutable_item_counts() = ToProto(view.counts);
  if (view.verified != VerifiedCounts{}) {
    proto.mutable_verification_counts()->set_absent(view.verified.absent);
    proto.mutable_verification_counts()->set_reappeared(view.verified.reappeared);
    proto.mutable_verification_counts()->set_came_back(view.verified.came_back);
  }
  *proto.mutable_create_time() = ToProto(view.create_time);
  if (view.submit_time) *proto.mutable_submit_time() = ToProto(*view.submit_time);
  if (view.due_time) *proto.mutable_due_time() = ToProto(*view.due_time);
  if (view.retry_of) proto.set_retry_of(FormatRequestName(view.account, *view.retry_of));
  proto.set_overdue(IsOverdue(view, now));
  if (view.unlinked_count > 0) {
    v1::Warning& warning = *proto.add_warnings();
    warning.set_reason(std::string(kIdentityMayNotResolve));
    warning.set_message("identity may no longer find the profile; erase by CleverTap ID");
    warning.set_item_count(view.unlinked_count);
  }
  if (view.due_time && *view.due_time < view.create_time) {
    v1::Warning& warning = *proto.add_warnings();
    warning.set_reason(std::string(kDueTimePassed));
    warning.set_message("the request was due before it was handed in");
    warning.set_item_count(view.item_count);
  }
  if (IsUnderWay(state)) {
    if (const auto expected = ExpectedCompletion(view, hours, now)) {
      *proto.mutable_expected_completion_time() = ToProto(*expected);
    }
  }
  if (IsComplete(state) && view.last_finished_at) {
    *proto.mutable_complete_time() = ToProto(*view.last_finished_at);
  }
  return proto;
}

v1::PrivacyRequest Show(const RequestView& view, const KnownAccount& account, TimePoint now) {
  v1::PrivacyRequest request = ToProto(view, account.hours, now);
  if (!account.configured) request.clear_expected_completion_time();
  return request;
}

v1::PrivacyRequestItem ToProto(const ItemView& view) {
  v1::PrivacyRequestItem proto;
  proto.set_ordinal(view.ordinal);
  proto.set_state(ToProto(view.state));
  proto.set_reason(view.reason);
  if (view.reason.starts_with(kVendorCodePrefix)) {
    proto.set_vendor_code(view.reason.substr(kVendorCodePrefix.size()));
  }
  proto.set_attempt_count(view.attempt_count);
  if (view.unlinked) proto.set_warning(std::string(kIdentityMayNotResolve));
  if (view.not_before) *proto.mutable_not_before() = ToProto(*view.not_before);
  if (view.accepted_at) *proto.mutable_accept_time() = ToProto(*view.accepted_at);
  if (view.window_end) *proto.mutable_window_end_time() = ToProto(*view.window_end);
  if (view.finished_at) *proto.mutable_complete_time() = ToProto(*view.finished_at);
  proto.set_basis(BasisOf(view));
  if (view.read_back_at) *proto.mutable_verify_time() = ToProto(*view.read_back_at);
  if (view.reappeared_at) *proto.mutable_reappear_time() = ToProto(*view.reappeared_at);
  return proto;
}

v1::VendorCheck ToProto(const VendorOpinion& opinion) {
  v1::VendorCheck check;
  check.set_taken_count(opinion.taken);
  check.set_refused(opinion.refused);
  check.set_code(opinion.code);
  for (const ItemFault& fault : opinion.faults) {
    v1::VendorFault& shown = *check.add_faults();
    shown.set_ordinal(fault.ordinal);
    shown.set_kind(ToProto(fault.kind));
    shown.set_code(fault.code);
  }
  return check;
}

}  // namespace lethe::api
