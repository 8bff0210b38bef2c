#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "cli/client/connection.h"
#include "grpc/health/v1/health.pb.h"
#include "lethe/v1/privacy_request_service.grpc.pb.h"

namespace lethe::cli {

/// Calls to one server that block, each for at most ten seconds.
class Client {
 public:
  explicit Client(const Connection& connection);

  grpc::Status Create(const v1::CreatePrivacyRequestRequest& request, v1::PrivacyRequest* response);
  grpc::Status Get(const std::string& name, v1::PrivacyRequest* response);

  /// Every item of the request.
  grpc::Status ListItems(const std::string& name, v1::ListPrivacyRequestItemsResponse* all);

  grpc::Status Cancel(const v1::CancelPrivacyRequestRequest& request,
                      v1::PrivacyRequestChange* response);

  grpc::Status Retry(const v1::RetryPrivacyRequestRequest& request, v1::PrivacyRequest* response);

  grpc::Status Health(grpc::health::v1::HealthCheckResponse* response);

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::PrivacyRequestService::Stub> stub_;
};

}  // namespace lethe::cli
