#include "api/reading/reading_service.h"

#include <utility>

#include "api/gate/handling.h"
#include "api/gate/scopes.h"
#include "api/reading/reading_mapping.h"
#include "api/reading/reading_validation.h"

namespace lethe::api {

ReadingService::ReadingService(Parts parts, KnownAccounts accounts)
    : parts_(std::move(parts)), accounts_(std::move(accounts)) {}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* ReadingService::Serve(grpc::CallbackServerContext* context,
                                                const Request* request, Response* response) {
  return AdmitAndRun(
      parts_.gate, parts_.executor, context, *request,
      [=, this](const Caller& caller) { return Handle(*request, caller, *response); });
}

grpc::ServerUnaryReactor* ReadingService::ListExceptions(grpc::CallbackServerContext* context,
                                                         const v1::ListExceptionsRequest* request,
                                                         v1::ListExceptionsResponse* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* ReadingService::SummarizePrivacyRequests(
    grpc::CallbackServerContext* context, const v1::SummarizePrivacyRequestsRequest* request,
    v1::SummarizePrivacyRequestsResponse* response) {
  return Serve(context, request, response);
}

grpc::ServerUnaryReactor* ReadingService::LookupSubject(grpc::CallbackServerContext* context,
                                                        const v1::LookupSubjectRequest* request,
                                                        v1::LookupSubjectResponse* response) {
  return Serve(context, request, response);
}

Status ReadingService::Handle(const v1::ListExceptionsRequest& request, const Caller& caller,
                              v1::ListExceptionsResponse& response) {
  const auto query = ValidateListExceptions(request);
  if (!query) return query.error();
  const auto shown = ShownAccounts(query->account, query->operation, caller, accounts_);
  if (!shown) return shown.error();
  if (shown->empty()) return Ok();
  const auto page = parts_.lists.FindExceptions({.scopes = ScopesOf(*shown),
                                                 .kind = query->kind,
                                                 .before = query->before,
                                                 .page_size = query->page_size});
  if (!page) return page.error();
  for (const ExceptionView& view : page->rows) *response.add_exceptions() = ToProto(view);
  if (page->more) response.set_next_page_token(NextPageToken(*query, page->rows.back()));
  return Ok();
}

Status ReadingService::Handle(const v1::SummarizePrivacyRequestsRequest& request,
                              const Caller& caller,
                              v1::SummarizePrivacyRequestsResponse& response) {
  const auto query = ValidateSummarize(request);
  if (!query) return query.error();
  const auto shown = ShownAccounts(query->account, query->operation, caller, accounts_);
  if (!shown) return shown.error();
  if (shown->empty()) return Ok();
  const auto summary = parts_.lists.Summarize({.scopes = ScopesOf(*shown),
                                               .from = query->from,
                                               .until = query->until,
                                               .period = query->period,
                                               .time_zone = query->time_zone,
                                               .now = parts_.clock.Now()});
  if (!summary) return summary.error();
  for (const PeriodSummary& period : summary->periods) *response.add_periods() = ToProto(period);
  for (const OpenSummary& open : summary->open) *response.add_open() = ToProto(open);
  return Ok();
}

Status ReadingService::Handle(const v1::LookupSubjectRequest& request, const Caller& caller,
                              v1::LookupSubjectResponse& response) {
  const auto query = ValidateLookup(request);
  if (!query) return query.error();
  const auto shown = ShownAccounts(query->account, std::nullopt, caller, accounts_);
  if (!shown) return shown.error();
  if (shown->empty()) return Ok();
  const auto items = parts_.lists.LookUp({.scopes = ScopesOf(*shown),
                                          .identifier = query->identifier,
                                          .principal = caller.name(),
                                          .justification = query->justification});
  if (!items) return items.error();
  for (const SubjectItem& item : *items) *response.add_items() = ToProto(item);
  return Ok();
}

}  // namespace lethe::api
