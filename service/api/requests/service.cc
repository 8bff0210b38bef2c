#include "api/requests/service.h"

#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <utility>

#include "api/gate/handling.h"
#include "api/requests/follow_ups.h"
#include "api/requests/list_requests.h"
#include "api/requests/mapping.h"
#include "api/requests/request_changes.h"
#include "api/requests/validation.h"

namespace lethe::api {

namespace {

/// A request that is larger takes longer to check and to seal than all else that gRPC's threads do:
/// a hundred of the largest keep them for seconds.
constexpr std::size_t kLargeRequestBytes = 8 * 1024;

}  // namespace

PrivacyRequestService::PrivacyRequestService(Parts parts, KnownAccounts accounts)
    : parts_(std::move(parts)), accounts_(std::move(accounts)) {}

grpc::ServerUnaryReactor* PrivacyRequestService::CreatePrivacyRequest(
    grpc::CallbackServerContext* context, const v1::CreatePrivacyRequestRequest* request,
    v1::PrivacyRequest* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!parts_.bulk_executor || request->ByteSizeLong() <= kLargeRequestBytes) {
    return Create(context, reactor, request, response);
  }
  const bool taken =
      parts_.bulk_executor([=, this] { Create(context, reactor, request, response); });
  if (!taken) Finish(reactor, CallBudget::Refusal());
  return reactor;
}

grpc::ServerUnaryReactor* PrivacyRequestService::Create(
    grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
    const v1::CreatePrivacyRequestRequest* request, v1::PrivacyRequest* response) {
  if (parts_.budget.Exceeded()) {
    Finish(reactor, CallBudget::Refusal());
    return reactor;
  }
  const auto caller = parts_.gate.Admit(*context, *request);
  if (!caller) {
    Finish(reactor, caller.error());
    return reactor;
  }
  const TimePoint now = parts_.clock.Now();
  auto valid = ValidateCreate(*request, caller->name(), now);
  if (!valid) {
    Finish(reactor, valid.error());
    return reactor;
  }
  const auto account = accounts_.FindConfigured(valid->account);
  if (!account) {
    Finish(reactor, account.error());
    return reactor;
  }
  valid->due_by_law = {.term = (*account)->legal_terms.term, .zone = (*account)->hours.zone};
  RequestView view = FreshView(*valid, {.id = {}, .create_time = now, .repeated = false});
  if (request->validate_only()) {
    *response = ToProto(view, (*account)->hours, now);
    response->clear_name();
    response->clear_create_time();
    if (request->check_with_vendor()) {
      return RunBlocking(parts_.vendor_executor, context, reactor,
                         [this, response, valid = *std::move(valid)]() -> Status {
                           const auto opinion = parts_.vendor_check.Check(valid);
                           if (!opinion) return opinion.error();
                           *response->mutable_vendor_check() = ToProto(*opinion);
                           return Ok();
                         });
    }
    Finish(reactor, Ok());
    return reactor;
  }
  const auto identifiers = static_cast<std::int64_t>(valid->items.size());
  if (const Status taken = parts_.gate.Take(*caller, identifiers); !taken) {
    Finish(reactor, taken);
    return reactor;
  }
  const std::optional<TimePoint> given = valid->due_time;
  const std::optional<DefaultDueTime> by_law = valid->due_by_law;
  parts_.store.Submit(*std::move(valid), [this, reactor, response, view = std::move(view), given,
                                          by_law, &account = **account, caller = *caller,
                                          identifiers](Result<Admission> admission) mutable {
    if (!admission || admission->repeated) parts_.gate.GiveBack(caller, identifiers);
    if (!admission) return Finish(reactor, admission.error());
    view.id = admission->id;
    view.create_time = admission->create_time;
    view.due_time = DueTime(given, by_law, view.submit_time, view.create_time);
    view.unlinked_count = admission->unlinked_count;
    if (admission->repeated) {
      const bool taken =
          parts_.executor([this, reactor, response, view = std::move(view), &account] {
            Finish(reactor, GetOriginal(view, account, *response));
          });
      if (!taken) Finish(reactor, LineIsFull());
      return;
    }
    *response = ToProto(view, account.hours, view.create_time);
    Finish(reactor, Ok());
  });
  return reactor;
}

grpc::ServerUnaryReactor* PrivacyRequestService::GetPrivacyRequest(
    grpc::CallbackServerContext* context, const v1::GetPrivacyRequestRequest* request,
    v1::PrivacyRequest* response) {
  return AdmitAndRun(parts_.gate, parts_.executor, context, *request,
                     [=, this](const Caller& caller) { return Get(*request, caller, *response); });
}

grpc::ServerUnaryReactor* PrivacyRequestService::ListPrivacyRequests(
    grpc::CallbackServerContext* context, const v1::ListPrivacyRequestsRequest* request,
    v1::ListPrivacyRequestsResponse* response) {
  return AdmitAndRun(parts_.gate, parts_.executor, context, *request,
                     [=, this](const Caller& caller) { return List(*request, caller, *response); });
}

grpc::ServerUnaryReactor* PrivacyRequestService::ListPrivacyRequestItems(
    grpc::CallbackServerContext* context, const v1::ListPrivacyRequestItemsRequest* request,
    v1::ListPrivacyRequestItemsResponse* response) {
  return AdmitAndRun(
      parts_.gate, parts_.executor, context, *request,
      [=, this](const Caller& caller) { return ListItems(*request, caller, *response); });
}

grpc::ServerUnaryReactor* PrivacyRequestService::CancelPrivacyRequest(
    grpc::CallbackServerContext* context, const v1::CancelPrivacyRequestRequest* request,
    v1::PrivacyRequestChange* response) {
  return AdmitAndRun(
      parts_.gate, parts_.executor, context, *request,
      [=, this](const Caller& caller) { return Cancel(*request, caller, *response); });
}

grpc::ServerUnaryReactor* PrivacyRequestService::RetryPrivacyRequest(
    grpc::CallbackServerContext* context, const v1::RetryPrivacyRequestRequest* request,
    v1::PrivacyRequest* response) {
  return AdmitAndRun(
      parts_.gate, parts_.executor, context, *request,
      [=, this](const Caller& caller) { return Retry(*request, caller, *response); });
}

Status PrivacyRequestService::Get(const v1::GetPrivacyRequestRequest& request, const Caller& caller,
                                  v1::PrivacyRequest& response) {
  const auto name = ValidateGet(request);
  if (!name) return name.error();
  const auto account = accounts_.Find(name->account);
  if (!account) return account.error();
  const auto view = parts_.store.Get(name->account, name->id);
  if (!view) return view.error();
  if (!caller.May(view->operation)) return NoSuchRequest();
  response = Show(*view, *account, parts_.clock.Now());
  return Ok();
}

Status PrivacyRequestService::List(const v1::ListPrivacyRequestsRequest& request,
                                   const Caller& caller,
                                   v1::ListPrivacyRequestsResponse& response) {
  return ListRequests(parts_.lists, accounts_, parts_.clock.Now(), request, caller, response);
}

Status PrivacyRequestService::ListItems(const v1::ListPrivacyRequestItemsRequest& request,
                                        const Caller& caller,
                                        v1::ListPrivacyRequestItemsResponse& response) {
  const auto query = ValidateListItems(request);
  if (!query) return query.error();
  const auto account = accounts_.Find(query->request.account);
  if (!account) return account.error();
  if (!caller.MayAll()) {
    const auto view = parts_.store.Get(query->request.account, query->request.id);
    if (!view) return view.error();
    if (!caller.May(view->operation)) return NoSuchRequest();
  }
  const auto page = parts_.store.ListItems({.account = query->request.account,
                                            .request = query->request.id,
                                            .after_ordinal = query->after_ordinal,
                                            .page_size = query->page_size});
  if (!page) return page.error();
  for (const ItemView& view : page->rows) *response.add_items() = ToProto(view);
  if (page->more) response.set_next_page_token(NextPageToken(*query, page->rows.back().ordinal));
  return Ok();
}

Status PrivacyRequestService::Cancel(const v1::CancelPrivacyRequestRequest& request,
                                     const Caller& caller, v1::PrivacyRequestChange& response) {
  const auto items = ValidateCancel(request);
  if (!items) return items.error();
  const auto account = accounts_.Find(items->request.account);
  if (!account) return account.error();
  const auto view = parts_.store.Get(items->request.account, items->request.id);
  if (!view) return view.error();
  if (!caller.May(view->operation)) return NoSuchRequest();
  if (view->principal != caller.name()) return parts_.gate.RefuseOfAnother(caller, request);
  return ChangeItems({.store = parts_.store, .changer = parts_.changer, .clock = parts_.clock},
                     *items, caller, *account, *view, response);
}

Status PrivacyRequestService::Retry(const v1::RetryPrivacyRequestRequest& request,
                                    const Caller& caller, v1::PrivacyRequest& response) {
  const auto query = ValidateRetry(request);
  if (!query) return query.error();
  const auto account = accounts_.FindConfigured(query->request.account);
  if (!account) return account.error();
  const auto old = parts_.store.Get(query->request.account, query->request.id);
  if (!old) return old.error();
  if (!caller.May(old->operation)) return NoSuchRequest();
  if (old->principal != caller.name()) return parts_.gate.RefuseOfAnother(caller, request);
  auto retry = RetryOf(parts_.store, *query, *old, **account, caller.name());
  if (!retry) return retry.error();
  const TimePoint now = parts_.clock.Now();
  RequestView view = FreshView(*retry, {.id = {}, .create_time = now, .repeated = false});
  if (query->preview) {
    response = ToProto(view, (*account)->hours, now);
    response.clear_name();
    response.clear_create_time();
    return Ok();
  }
  const auto identifiers = static_cast<std::int64_t>(retry->items.size());
  if (Status taken = parts_.gate.Take(caller, identifiers); !taken) return taken;
  std::promise<Result<Admission>> promise;
  parts_.store.Submit(*std::move(retry), [&promise](Result<Admission> answer) {
    promise.set_value(std::move(answer));
  });
  const Result<Admission> kept = promise.get_future().get();
  if (!kept || kept->repeated) parts_.gate.GiveBack(caller, identifiers);
  if (!kept) return kept.error();
  view.id = kept->id;
  view.create_time = kept->create_time;
  return GetOriginal(view, **account, response);
}

Status PrivacyRequestService::GetOriginal(const RequestView& repeated, const Account& account,
                                          v1::PrivacyRequest& response) {
  Result<RequestView> view = parts_.store.Get(account.name, repeated.id);
  if (!view) {
    if (view.error().code != ErrorCode::kNotFound) return view.error();
    // The key has outlived the request: without items, the request is expired.
    view = repeated;
    view->counts = {};
  }
  response = ToProto(*view, account.hours, parts_.clock.Now());
  return Ok();
}

}  // namespace lethe::api
