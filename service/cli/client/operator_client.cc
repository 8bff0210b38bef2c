#include "cli/client/operator_client.h"

#include <algorithm>

#include "cli/client/call.h"
#include "cli/client/channel.h"
#include "lethe/limits.h"

namespace lethe::cli {

OperatorClient::OperatorClient(const Connection& connection)
    : stub_(v1::OperatorService::NewStub(OpenChannel(connection))) {}

grpc::Status OperatorClient::ListReviews(const std::string& parent, int limit,
                                         v1::ListReviewsResponse* all) {
  v1::ListReviewsRequest request;
  request.set_parent(parent);
  do {
    Call call;
    request.set_page_size(std::min(limit - all->reviews_size(), kMaxPageSize));
    v1::ListReviewsResponse page;
    grpc::Status status = stub_->ListReviews(&call.context, request, &page);
    if (!status.ok()) return status;
    all->MergeFrom(page);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && all->reviews_size() < limit);
  all->set_next_page_token(request.page_token());
  return grpc::Status::OK;
}

grpc::Status OperatorClient::GetReview(const std::string& name, v1::Review* response) {
  Call call;
  v1::GetReviewRequest request;
  request.set_name(name);
  return stub_->GetReview(&call.context, request, response);
}

grpc::Status OperatorClient::ResolveReview(const v1::ResolveReviewRequest& request,
                                           v1::AuditEvent* response) {
  Call call;
  return stub_->ResolveReview(&call.context, request, response);
}

grpc::Status OperatorClient::PreviewReviews(const v1::PreviewReviewsRequest& request,
                                            v1::ReviewGroup* response) {
  Call call;
  return stub_->PreviewReviews(&call.context, request, response);
}

grpc::Status OperatorClient::ResolveReviews(const v1::ResolveReviewsRequest& request,
                                            v1::ReviewGroup* response) {
  Call call;
  return stub_->ResolveReviews(&call.context, request, response);
}

grpc::Status OperatorClient::ChangePrivacyRequest(const v1::ChangePrivacyRequestRequest& request,
                                                  v1::PrivacyRequestChange* response) {
  Call call;
  return stub_->ChangePrivacyRequest(&call.context, request, response);
}

grpc::Status OperatorClient::ChangeSubjectHold(const v1::ChangeSubjectHoldRequest& request,
                                               v1::SubjectHoldChange* response) {
  Call call;
  return stub_->ChangeSubjectHold(&call.context, request, response);
}

grpc::Status OperatorClient::ExtendDueTime(const v1::ExtendDueTimeRequest& request,
                                           v1::PrivacyRequest* response) {
  Call call;
  return stub_->ExtendDueTime(&call.context, request, response);
}

grpc::Status OperatorClient::ListAccounts(v1::ListAccountsResponse* response) {
  Call call;
  return stub_->ListAccounts(&call.context, {}, response);
}

grpc::Status OperatorClient::GetAccount(const std::string& name, v1::Account* response) {
  Call call;
  v1::GetAccountRequest request;
  request.set_name(name);
  return stub_->GetAccount(&call.context, request, response);
}

grpc::Status OperatorClient::ResumeAccount(const v1::ResumeAccountRequest& request,
                                           v1::Account* response) {
  Call call;
  return stub_->ResumeAccount(&call.context, request, response);
}

grpc::Status OperatorClient::PauseCalls(const v1::PauseCallsRequest& request,
                                        v1::PauseCallsResponse* response) {
  Call call(std::chrono::seconds(30));
  return stub_->PauseCalls(&call.context, request, response);
}

grpc::Status OperatorClient::ResumeCalls(const v1::ResumeCallsRequest& request,
                                         v1::ResumeCallsResponse* response) {
  Call call;
  return stub_->ResumeCalls(&call.context, request, response);
}

grpc::Status OperatorClient::ListPauses(v1::ListPausesResponse* response) {
  Call call;
  return stub_->ListPauses(&call.context, {}, response);
}

grpc::Status OperatorClient::GetRecovery(v1::Recovery* response) {
  Call call(std::chrono::seconds(30));
  return stub_->GetRecovery(&call.context, {}, response);
}

grpc::Status OperatorClient::ResumeRecovery(const v1::ResumeRecoveryRequest& request,
                                            v1::Recovery* response) {
  Call call(std::chrono::seconds(90));
  return stub_->ResumeRecovery(&call.context, request, response);
}

grpc::Status OperatorClient::ListAuditEvents(const std::string& parent, int limit,
                                             v1::ListAuditEventsResponse* all) {
  v1::ListAuditEventsRequest request;
  request.set_parent(parent);
  do {
    Call call;
    request.set_page_size(std::min(limit - all->audit_events_size(), kMaxPageSize));
    v1::ListAuditEventsResponse page;
    grpc::Status status = stub_->ListAuditEvents(&call.context, request, &page);
    if (!status.ok()) return status;
    all->MergeFrom(page);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && all->audit_events_size() < limit);
  all->set_next_page_token(request.page_token());
  return grpc::Status::OK;
}

}  // namespace lethe::cli
