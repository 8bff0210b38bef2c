#pragma once

#include <grpcpp/support/status.h>

#include <memory>

#include "cli/client/connection.h"
#include "lethe/v1/privacy_request_service.grpc.pb.h"
#include "lethe/v1/reading_service.grpc.pb.h"

namespace lethe::cli {

/// Calls that ask about many requests, one page each; they block for at most half a minute.
class ReadingClient {
 public:
  explicit ReadingClient(const Connection& connection);

  grpc::Status ListRequests(const v1::ListPrivacyRequestsRequest& request,
                            v1::ListPrivacyRequestsResponse* response);
  grpc::Status ListExceptions(const v1::ListExceptionsRequest& request,
                              v1::ListExceptionsResponse* response);
  grpc::Status Summarize(const v1::SummarizePrivacyRequestsRequest& request,
                         v1::SummarizePrivacyRequestsResponse* response);
  grpc::Status Lookup(const v1::LookupSubjectRequest& request, v1::LookupSubjectResponse* response);

 private:
  std::unique_ptr<v1::PrivacyRequestService::Stub> requests_;
  std::unique_ptr<v1::ReadingService::Stub> reading_;
};

}  // namespace lethe::cli
