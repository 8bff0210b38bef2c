#include "api/operators/operator_mapping.h"

#include "api/fields/names.h"
#include "api/fields/proto_values.h"

namespace lethe::api {
namespace {

v1::ReviewDecision ToProto(ReviewDecision decision) {
  switch (decision) {
    case ReviewDecision::kSendAgain: return v1::REVIEW_DECISION_SEND_AGAIN;
    case ReviewDecision::kMarkAccepted: return v1::REVIEW_DECISION_MARK_ACCEPTED;
    case ReviewDecision::kCancel: return v1::REVIEW_DECISION_CANCEL;
  }
  return v1::REVIEW_DECISION_UNSPECIFIED;
}

v1::CallOutcome ToProto(OutcomeClass outcome) {
  switch (outcome) {
    case OutcomeClass::kAccepted: return v1::CALL_OUTCOME_ACCEPTED;
    case OutcomeClass::kPartial: return v1::CALL_OUTCOME_PARTIAL;
    case OutcomeClass::kRefused: return v1::CALL_OUTCOME_REFUSED;
    case OutcomeClass::kThrottled: return v1::CALL_OUTCOME_THROTTLED;
    case OutcomeClass::kAccountBlocked: return v1::CALL_OUTCOME_ACCOUNT_BLOCKED;
    case OutcomeClass::kMisconfigured: return v1::CALL_OUTCOME_MISCONFIGURED;
    case OutcomeClass::kNotSent: return v1::CALL_OUTCOME_NOT_SENT;
    case OutcomeClass::kUnknown: return v1::CALL_OUTCOME_UNKNOWN;
  }
  return v1::CALL_OUTCOME_UNSPECIFIED;
}

v1::Account::Block::ResumeBy ToProto(Resume resume) {
  switch (resume) {
    case Resume::kConnect: return v1::Account::Block::RESUME_BY_CONNECT;
    case Resume::kBatch: return v1::Account::Block::RESUME_BY_BATCH;
    case Resume::kOperator: return v1::Account::Block::RESUME_BY_OPERATOR;
  }
  return v1::Account::Block::RESUME_BY_UNSPECIFIED;
}

v1::Account::Block ToProto(const AccountBlock& block) {
  v1::Account::Block proto;
  *proto.mutable_block_time() = api::ToProto(block.since);
  proto.set_reason(block.reason);
  proto.set_resume_by(ToProto(block.resume));
  if (block.probe_at) *proto.mutable_probe_time() = api::ToProto(*block.probe_at);
  return proto;
}

v1::AuditEvent::Action ToProto(AuditAction action) {
  switch (action) {
    case AuditAction::kSendAgain: return v1::AuditEvent::ACTION_SEND_AGAIN;
    case AuditAction::kMarkAccepted: return v1::AuditEvent::ACTION_MARK_ACCEPTED;
    case AuditAction::kCancel: return v1::AuditEvent::ACTION_CANCEL;
    case AuditAction::kReject: return v1::AuditEvent::ACTION_REJECT;
    case AuditAction::kHold: return v1::AuditEvent::ACTION_HOLD;
    case AuditAction::kRelease: return v1::AuditEvent::ACTION_RELEASE;
    case AuditAction::kResume: return v1::AuditEvent::ACTION_RESUME;
    case AuditAction::kPause: return v1::AuditEvent::ACTION_PAUSE;
    case AuditAction::kEndPause: return v1::AuditEvent::ACTION_END_PAUSE;
    case AuditAction::kLookUp: return v1::AuditEvent::ACTION_LOOK_UP;
  }
  return v1::AuditEvent::ACTION_UNSPECIFIED;
}

v1::Pause::Kind ToProto(PauseKind kind) {
  switch (kind) {
    case PauseKind::kOperator: return v1::Pause::KIND_OPERATOR;
    case PauseKind::kLostHistory: return v1::Pause::KIND_LOST_HISTORY;
  }
  return v1::Pause::KIND_UNSPECIFIED;
}

}  // namespace

v1::Review::Attempt ToProto(const AttemptView& view) {
  v1::Review::Attempt proto;
  proto.set_number(view.call_number);
  *proto.mutable_start_time() = ToProto(view.started_at);
  if (view.finished_at) *proto.mutable_finish_time() = ToProto(*view.finished_at);
  if (view.outcome) proto.set_outcome(ToProto(*view.outcome));
  proto.set_http_status(view.http_status);
  proto.set_vendor_code(view.code);
  proto.set_abandoned(view.abandoned);
  return proto;
}

v1::Review ToProto(const ReviewView& view) {
  const ReviewFacts& facts = view.facts;
  v1::Review proto;
  proto.set_name(FormatReviewName(view.account, view.key()));
  proto.set_etag(EtagOf(facts));
  proto.set_operation(ToProto(facts.operation));
  proto.set_identifier_kind(ToProto(view.kind));
  proto.set_item_count(facts.span.size());
  proto.set_reason(facts.reason);
  proto.set_vendor_code(view.vendor_code);
  if (view.since) *proto.mutable_review_time() = ToProto(*view.since);
  if (facts.unknown_since) *proto.mutable_unknown_since_time() = ToProto(*facts.unknown_since);
  for (const ReviewDecision decision : kAll<ReviewDecision>) {
    if (IsAllowed(decision, facts)) proto.add_allowed_decisions(ToProto(decision));
  }
  return proto;
}

v1::Review ToProto(const ReviewDetails& details) {
  v1::Review proto = ToProto(details.review);
  for (const RequestId request : details.requests) {
    proto.add_privacy_requests(FormatRequestName(details.review.account, request));
  }
  for (const AttemptView& attempt : details.attempts) *proto.add_attempts() = ToProto(attempt);
  return proto;
}

v1::ReviewGroup ToProto(const ReviewGroup& group) {
  v1::ReviewGroup proto;
  proto.set_review_count(group.batches);
  proto.set_item_count(group.items);
  proto.set_privacy_request_count(group.requests);
  proto.set_more(group.more);
  proto.set_etag(group.etag);
  for (const ReviewDecision decision : group.allowed) {
    proto.add_allowed_decisions(ToProto(decision));
  }
  return proto;
}

v1::Account ToProto(const AccountCondition& condition, const std::vector<Pause>& pauses) {
  v1::Account proto;
  proto.set_name(FormatAccountName(condition.account));
  proto.set_etag(EtagOf(condition));
  proto.set_held_refusal_count(condition.held_refusals);
  if (condition.block) *proto.mutable_block() = ToProto(*condition.block);
  for (const RouteBlock& route : condition.routes) {
    v1::Account::ApiBlock& shown = *proto.add_api_blocks();
    shown.set_api(std::string(Name(route.api)));
    *shown.mutable_block() = ToProto(route.block);
    shown.set_held_refusal_count(route.held_refusals);
  }
  for (const Pause& pause : PausesOf(pauses, condition.account)) {
    *proto.add_pauses() = ToProto(pause);
  }
  return proto;
}

v1::Recovery ToProto(const Recovery& recovery) {
  v1::Recovery proto;
  if (recovery.since) *proto.mutable_since_time() = ToProto(*recovery.since);
  if (recovery.complete_until) {
    *proto.mutable_complete_until_time() = ToProto(*recovery.complete_until);
  }
  proto.set_remembered_call_count(recovery.remembered);
  for (const LostCalls& lost : recovery.lost) {
    v1::Recovery::LostCalls& calls = *proto.add_lost_calls();
    calls.set_account(FormatAccountName(lost.account));
    calls.set_api(std::string(Name(lost.api)));
    calls.set_call_count(lost.calls);
    calls.set_without_digests_count(lost.without_digests);
    *calls.mutable_first_call_time() = ToProto(lost.first);
    *calls.mutable_last_call_time() = ToProto(lost.last);
  }
  proto.set_doubtful_item_count(recovery.doubtful_items);
  proto.set_untold_item_count(recovery.untold_items);
  return proto;
}

v1::Pause ToProto(const Pause& pause) {
  v1::Pause proto;
  proto.set_parent(pause.scope.account.empty() ? std::string(kEveryAccount)
                                               : FormatAccountName(pause.scope.account));
  if (pause.scope.api) proto.set_api(std::string(Name(*pause.scope.api)));
  proto.set_kind(ToProto(pause.kind));
  proto.set_reason(pause.reason);
  proto.set_principal(pause.principal);
  *proto.mutable_pause_time() = ToProto(pause.since);
  if (pause.ends_at) *proto.mutable_end_time() = ToProto(*pause.ends_at);
  return proto;
}

v1::AuditEvent ToProto(const AuditEvent& event) {
  v1::AuditEvent proto;
  proto.set_name(FormatAuditEventName(event.account, event.id));
  *proto.mutable_event_time() = ToProto(event.at);
  proto.set_principal(event.principal);
  proto.set_means(event.means);
  proto.set_action(ToProto(event.action));
  if (event.envelope) {
    proto.set_target(FormatReviewName(event.account, {*event.envelope, event.span.lo}));
    proto.set_item_count(event.span.size());
  } else {
    proto.set_target(FormatAccountName(event.account));
  }
  proto.set_state_before(event.state_before);
  proto.set_reason_before(event.reason_before);
  proto.set_state_after(event.state_after);
  proto.set_justification(event.justification);
  return proto;
}

}  // namespace lethe::api
