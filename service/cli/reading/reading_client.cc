#include "cli/reading/reading_client.h"

#include <chrono>

#include "cli/client/call.h"
#include "cli/client/channel.h"

namespace lethe::cli {
namespace {

/// Sums over a long time take seconds.
constexpr std::chrono::seconds kLongest{30};

}  // namespace

ReadingClient::ReadingClient(const Connection& connection) {
  const auto channel = OpenChannel(connection);
  requests_ = v1::PrivacyRequestService::NewStub(channel);
  reading_ = v1::ReadingService::NewStub(channel);
}

grpc::Status ReadingClient::ListRequests(const v1::ListPrivacyRequestsRequest& request,
                                         v1::ListPrivacyRequestsResponse* response) {
  Call call(kLongest);
  return requests_->ListPrivacyRequests(&call.context, request, response);
}

grpc::Status ReadingClient::ListExceptions(const v1::ListExceptionsRequest& request,
                                           v1::ListExceptionsResponse* response) {
  Call call(kLongest);
  return reading_->ListExceptions(&call.context, request, response);
}

grpc::Status ReadingClient::Summarize(const v1::SummarizePrivacyRequestsRequest& request,
                                      v1::SummarizePrivacyRequestsResponse* response) {
  Call call(kLongest);
  return reading_->SummarizePrivacyRequests(&call.context, request, response);
}

grpc::Status ReadingClient::Lookup(const v1::LookupSubjectRequest& request,
                                   v1::LookupSubjectResponse* response) {
  Call call(kLongest);
  return reading_->LookupSubject(&call.context, request, response);
}

}  // namespace lethe::cli
