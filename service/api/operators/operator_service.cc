#include "api/operators/operator_service.h"

#include <utility>

#include "api/gate/handling.h"
#include "api/operators/operator_mapping.h"
#include "api/operators/operator_validation.h"
#include "api/operators/pause_validation.h"
#include "api/operators/subject_validation.h"
#include "api/requests/follow_ups.h"
#include "api/requests/mapping.h"
#include "api/requests/request_changes.h"

namespace lethe::api {

OperatorService::OperatorService(Parts parts, KnownAccounts accounts)
    : parts_(std::move(parts)), accounts_(std::move(accounts)) {}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* OperatorService::Serve(grpc::CallbackServerContext* context,
                                                 const Request* request, Response* response) {
  return AdmitAndRun(
      parts_.gate, parts_.executor, context, *request,
      [=, this](const Caller& caller) { return Handle(*request, caller, *response); });
}

grpc::ServerUnaryReactor* OperatorService::ListReviews(grpc::CallbackServerContext* context,
                                                       const v1::ListReviewsRequest* request,
                                                       v1::ListReviewsResponse* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::GetReview(grpc::CallbackServerContext* context,
                                                     const v1::GetReviewRequest* request,
                                                     v1::Review* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ResolveReview(grpc::CallbackServerContext* context,
                                                         const v1::ResolveReviewRequest* request,
                                                         v1::AuditEvent* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::PreviewReviews(grpc::CallbackServerContext* context,
                                                          const v1::PreviewReviewsRequest* request,
                                                          v1::ReviewGroup* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ResolveReviews(grpc::CallbackServerContext* context,
                                                          const v1::ResolveReviewsRequest* request,
                                                          v1::ReviewGroup* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ChangePrivacyRequest(
    grpc::CallbackServerContext* context, const v1::ChangePrivacyRequestRequest* request,
    v1::PrivacyRequestChange* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ExtendDueTime(grpc::CallbackServerContext* context,
                                                         const v1::ExtendDueTimeRequest* request,
                                                         v1::PrivacyRequest* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ChangeSubjectHold(
    grpc::CallbackServerContext* context, const v1::ChangeSubjectHoldRequest* request,
    v1::SubjectHoldChange* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ListAccounts(grpc::CallbackServerContext* context,
                                                        const v1::ListAccountsRequest* request,
                                                        v1::ListAccountsResponse* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::GetAccount(grpc::CallbackServerContext* context,
                                                      const v1::GetAccountRequest* request,
                                                      v1::Account* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ResumeAccount(grpc::CallbackServerContext* context,
                                                         const v1::ResumeAccountRequest* request,
                                                         v1::Account* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::PauseCalls(grpc::CallbackServerContext* context,
                                                      const v1::PauseCallsRequest* request,
                                                      v1::PauseCallsResponse* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ResumeCalls(grpc::CallbackServerContext* context,
                                                       const v1::ResumeCallsRequest* request,
                                                       v1::ResumeCallsResponse* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ListPauses(grpc::CallbackServerContext* context,
                                                      const v1::ListPausesRequest* request,
                                                      v1::ListPausesResponse* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::GetRecovery(grpc::CallbackServerContext* context,
                                                       const v1::GetRecoveryRequest* request,
                                                       v1::Recovery* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ResumeRecovery(grpc::CallbackServerContext* context,
                                                          const v1::ResumeRecoveryRequest* request,
                                                          v1::Recovery* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* OperatorService::ListAuditEvents(
    grpc::CallbackServerContext* context, const v1::ListAuditEventsRequest* request,
    v1::ListAuditEventsResponse* response) {
  return Serve(context, request, response);
}

Status OperatorService::Handle(const v1::ListReviewsRequest& request, const Caller& caller,
                               v1::ListReviewsResponse& response) {
  const auto query = ValidateListReviews(request);
  if (!query) return query.error();
  if (const auto account = accounts_.Find(query->account); !account) return account.error();
  const auto page = parts_.store.ListReviews(
      {.account = query->account, .after = query->after, .page_size = query->page_size});
  if (!page) return page.error();
  for (const ReviewView& view : page->rows) {
    if (caller.May(view.facts.operation)) *response.add_reviews() = ToProto(view);
  }
  if (page->more) response.set_next_page_token(NextPageToken(*query, page->rows.back().key()));
  return Ok();
}

Status OperatorService::Handle(const v1::GetReviewRequest& request, const Caller& caller,
                               v1::Review& response) {
  const auto name = ValidateGetReview(request);
  if (!name) return name.error();
  if (const auto account = accounts_.Find(name->account); !account) return account.error();
  const auto details = parts_.store.GetReview(name->account, name->batch);
  if (!details) return details.error();
  if (!caller.May(details->review.facts.operation)) return NoSuchReview();
  response = ToProto(*details);
  return Ok();
}

Status OperatorService::Handle(const v1::ResolveReviewRequest& request, const Caller& caller,
                               v1::AuditEvent& response) {
  const auto valid = ValidateResolveReview(request);
  if (!valid) return valid.error();
  const auto account = accounts_.Find(valid->review.account);
  if (!account) return account.error();
  if (!caller.MayAll()) {
    const auto details = parts_.store.GetReview(valid->review.account, valid->review.batch);
    if (!details) return details.error();
    if (!caller.May(details->review.facts.operation)) return NoSuchReview();
  }
  const Operator by = Deciding(caller, valid->justification);
  const auto event = parts_.store.ResolveReview({.by = by,
                                                 .account = valid->review.account,
                                                 .batch = valid->review.batch,
                                                 .etag = valid->etag,
                                                 .selection = valid->selection,
                                                 .decision = valid->decision,
                                                 .hours = account->hours,
                                                 .now = parts_.clock.Now()});
  if (!event) return event.error();
  response = ToProto(*event);
  return Ok();
}

Status OperatorService::Handle(const v1::PreviewReviewsRequest& request, const Caller&,
                               v1::ReviewGroup& response) {
  const auto filter = ValidatePreviewReviews(request);
  if (!filter) return filter.error();
  if (const auto account = accounts_.Find(filter->account); !account) return account.error();
  const auto group = parts_.store.PreviewReviews(*filter);
  if (!group) return group.error();
  response = ToProto(*group);
  return Ok();
}

Status OperatorService::Handle(const v1::ResolveReviewsRequest& request, const Caller& caller,
                               v1::ReviewGroup& response) {
  const auto valid = ValidateResolveReviews(request);
  if (!valid) return valid.error();
  const auto account = accounts_.Find(valid->filter.account);
  if (!account) return account.error();
  const Operator by = Deciding(caller, valid->justification);
  const auto group = parts_.store.ResolveReviews({.by = by,
                                                  .filter = valid->filter,
                                                  .etag = valid->etag,
                                                  .decision = valid->decision,
                                                  .hours = account->hours,
                                                  .now = parts_.clock.Now()});
  if (!group) return group.error();
  response = ToProto(*group);
  return Ok();
}

Status OperatorService::Handle(const v1::ChangePrivacyRequestRequest& request, const Caller& caller,
                               v1::PrivacyRequestChange& response) {
  const auto items = ValidateChange(request);
  if (!items) return items.error();
  const auto account = accounts_.Find(items->request.account);
  if (!account) return account.error();
  const auto view = parts_.requests.Get(items->request.account, items->request.id);
  if (!view) return view.error();
  if (!caller.May(view->operation)) return NoSuchRequest();
  return ChangeItems({.store = parts_.requests, .changer = parts_.changer, .clock = parts_.clock},
                     *items, caller, *account, *view, response);
}

Status OperatorService::Handle(const v1::ExtendDueTimeRequest& request, const Caller& caller,
                               v1::PrivacyRequest& response) {
  const auto query = ValidateExtension(request);
  if (!query) return query.error();
  const auto account = accounts_.FindConfigured(query->request.account);
  if (!account) return account.error();
  auto view = parts_.requests.Get(query->request.account, query->request.id);
  if (!view) return view.error();
  if (!caller.May(view->operation)) return NoSuchRequest();
  const Operator by = Deciding(caller, query->reason);
  const TimePoint now = parts_.clock.Now();
  Status extended = parts_.requests.ExtendDueTime({.by = by,
                                                   .account = query->request.account,
                                                   .request = query->request.id,
                                                   .due_time = query->due_time,
                                                   .terms = (*account)->legal_terms,
                                                   .zone = (*account)->hours.zone,
                                                   .now = now,
                                                   .preview = query->preview});
  if (!extended) return extended;
  view->due_time = query->due_time;
  response = ToProto(*view, (*account)->hours, now);
  return Ok();
}

Status OperatorService::Handle(const v1::ChangeSubjectHoldRequest& request, const Caller& caller,
                               v1::SubjectHoldChange& response) {
  const auto query = ValidateSubject(request);
  if (!query) return query.error();
  const auto account = accounts_.FindConfigured(query->account);
  if (!account) return account.error();
  const Operator by = Deciding(caller, query->reason);
  const auto effect = parts_.subjects.Change({.by = by,
                                              .account = query->account,
                                              .subject = query->subject,
                                              .holds = query->holds,
                                              .preview = query->preview});
  if (!effect) return effect.error();
  response.set_changed(effect->changed);
  response.set_waiting(effect->waiting);
  response.set_being_sent(effect->being_sent);
  response.set_accepted(effect->accepted);
  return Ok();
}

Status OperatorService::Handle(const v1::ListAccountsRequest&, const Caller& caller,
                               v1::ListAccountsResponse& response) {
  std::vector<std::string> names;
  for (const Account& account : accounts_.configured()) {
    if (caller.MayFor(account.name)) names.push_back(account.name);
  }
  const auto conditions = parts_.store.Accounts(names);
  if (!conditions) return conditions.error();
  const auto pauses = parts_.pauses.List();
  if (!pauses) return pauses.error();
  for (const AccountCondition& condition : *conditions) {
    *response.add_accounts() = ToProto(condition, *pauses);
  }
  return Ok();
}

Status OperatorService::Handle(const v1::GetAccountRequest& request, const Caller&,
                               v1::Account& response) {
  const auto name = ValidateGetAccount(request);
  if (!name) return name.error();
  const auto account = accounts_.Find(*name);
  if (!account) return account.error();
  const auto conditions = parts_.store.Accounts({&*name, 1});
  if (!conditions) return conditions.error();
  const auto pauses = parts_.pauses.List();
  if (!pauses) return pauses.error();
  response = ToProto(conditions->front(), *pauses);
  response.set_not_configured(!account->configured);
  return Ok();
}

Status OperatorService::Handle(const v1::ResumeAccountRequest& request, const Caller& caller,
                               v1::Account& response) {
  const auto valid = ValidateResumeAccount(request);
  if (!valid) return valid.error();
  if (const auto account = accounts_.Find(valid->account); !account) return account.error();
  const Operator by = Deciding(caller, valid->justification);
  const auto condition = parts_.store.ResumeAccount({.by = by,
                                                     .account = valid->account,
                                                     .etag = valid->etag,
                                                     .held_refusals = valid->held_refusals});
  if (!condition) return condition.error();
  // The decision is taken: where the pauses cannot be read, the answer lacks them.
  const auto pauses = parts_.pauses.List();
  response = ToProto(*condition, pauses ? *pauses : std::vector<Pause>());
  return Ok();
}

Status OperatorService::CheckScope(const PauseScope& scope) {
  if (scope.account.empty()) return Ok();
  const auto account = accounts_.Find(scope.account);
  return account ? Ok() : Status(account.error());
}

Status OperatorService::Handle(const v1::PauseCallsRequest& request, const Caller& caller,
                               v1::PauseCallsResponse& response) {
  const auto valid = ValidatePauseCalls(request, parts_.clock.Now());
  if (!valid) return valid.error();
  if (Status known = CheckScope(valid->scope); !known) return known;
  const auto paused = parts_.pauses.Begin({.scope = valid->scope,
                                           .reason = valid->reason,
                                           .principal = caller.name(),
                                           .means = caller.means(),
                                           .ends_at = valid->ends_at});
  if (!paused) return paused.error();
  *response.mutable_pause() = ToProto(paused->pause);
  response.set_calls_under_way(paused->calls_under_way);
  return Ok();
}

Status OperatorService::Handle(const v1::ResumeCallsRequest& request, const Caller& caller,
                               v1::ResumeCallsResponse& response) {
  const auto valid = ValidateResumeCalls(request);
  if (!valid) return valid.error();
  if (Status known = CheckScope(valid->scope); !known) return known;
  const auto left = parts_.pauses.End({.scope = valid->scope,
                                       .principal = caller.name(),
                                       .means = caller.means(),
                                       .justification = valid->justification});
  if (!left) return left.error();
  for (const Pause& pause : *left) *response.add_pauses() = ToProto(pause);
  return Ok();
}

Status OperatorService::Handle(const v1::ListPausesRequest&, const Caller& caller,
                               v1::ListPausesResponse& response) {
  const auto pauses = parts_.pauses.List();
  if (!pauses) return pauses.error();
  for (const Pause& pause : *pauses) {
    const bool shown = pause.scope.account.empty() || caller.MayFor(pause.scope.account);
    if (shown) *response.add_pauses() = ToProto(pause);
  }
  return Ok();
}

Status OperatorService::Handle(const v1::GetRecoveryRequest&, const Caller& caller,
                               v1::Recovery& response) {
  auto recovery = parts_.recovery.Show();
  if (!recovery) return recovery.error();
  std::erase_if(recovery->lost,
                [&](const LostCalls& lost) { return !caller.MayFor(lost.account); });
  response = ToProto(*recovery);
  return Ok();
}

Status OperatorService::Handle(const v1::ResumeRecoveryRequest& request, const Caller& caller,
                               v1::Recovery& response) {
  const auto justification = ValidateResumeRecovery(request);
  if (!justification) return justification.error();
  const auto settled = parts_.recovery.Resume(
      {.principal = caller.name(), .means = caller.means(), .justification = *justification});
  if (!settled) return settled.error();
  response = ToProto(*settled);
  return Ok();
}

Status OperatorService::Handle(const v1::ListAuditEventsRequest& request, const Caller&,
                               v1::ListAuditEventsResponse& response) {
  const auto query = ValidateListAuditEvents(request);
  if (!query) return query.error();
  if (const auto account = accounts_.Find(query->account); !account) return account.error();
  const auto page = parts_.store.ListAuditEvents(
      {.account = query->account, .before = query->before, .page_size = query->page_size});
  if (!page) return page.error();
  for (const AuditEvent& event : page->rows) *response.add_audit_events() = ToProto(event);
  if (page->more) response.set_next_page_token(NextPageToken(*query, page->rows.back().id));
  return Ok();
}

}  // namespace lethe::api
