#include "cli/client/client.h"

#include <utility>

#include "cli/client/call.h"
#include "cli/client/channel.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "lethe/limits.h"

namespace lethe::cli {

Client::Client(const Connection& connection)
    : channel_(OpenChannel(connection)), stub_(v1::PrivacyRequestService::NewStub(channel_)) {}

grpc::Status Client::Create(const v1::CreatePrivacyRequestRequest& request,
                            v1::PrivacyRequest* response) {
  Call call;
  return stub_->CreatePrivacyRequest(&call.context, request, response);
}

grpc::Status Client::Get(const std::string& name, v1::PrivacyRequest* response) {
  Call call;
  v1::GetPrivacyRequestRequest request;
  request.set_name(name);
  return stub_->GetPrivacyRequest(&call.context, request, response);
}

grpc::Status Client::ListItems(const std::string& name, v1::ListPrivacyRequestItemsResponse* all) {
  v1::ListPrivacyRequestItemsRequest request;
  request.set_parent(name);
  request.set_page_size(kMaxPageSize);
  do {
    Call call;
    v1::ListPrivacyRequestItemsResponse page;
    grpc::Status status = stub_->ListPrivacyRequestItems(&call.context, request, &page);
    if (!status.ok()) return status;
    all->MergeFrom(page);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  all->clear_next_page_token();
  return grpc::Status::OK;
}

grpc::Status Client::Cancel(const v1::CancelPrivacyRequestRequest& request,
                            v1::PrivacyRequestChange* response) {
  Call call;
  return stub_->CancelPrivacyRequest(&call.context, request, response);
}

grpc::Status Client::Retry(const v1::RetryPrivacyRequestRequest& request,
                           v1::PrivacyRequest* response) {
  Call call;
  return stub_->RetryPrivacyRequest(&call.context, request, response);
}

grpc::Status Client::Health(grpc::health::v1::HealthCheckResponse* response) {
  Call call;
  return grpc::health::v1::Health::NewStub(channel_)->Check(&call.context, {}, response);
}

}  // namespace lethe::cli
