#pragma once

#include "api/calls/executor.h"
#include "api/gate/gate.h"
#include "api/gate/known_accounts.h"
#include "lethe/request_lists.h"
#include "lethe/time.h"
#include "lethe/v1/reading_service.grpc.pb.h"

namespace lethe::api {

/// The gRPC service of those who ask about many requests at once; handles calls as
/// PrivacyRequestService does.
class ReadingService final : public v1::ReadingService::CallbackService {
 public:
  struct Parts {
    RequestLists& lists;
    const Clock& clock;
    Executor executor;
    const Gate& gate;
  };

  /// The parts outlive the server that the service is registered with.
  ReadingService(Parts parts, KnownAccounts accounts);

  grpc::ServerUnaryReactor* ListExceptions(grpc::CallbackServerContext* context,
                                           const v1::ListExceptionsRequest* request,
                                           v1::ListExceptionsResponse* response) override;
  grpc::ServerUnaryReactor* SummarizePrivacyRequests(
      grpc::CallbackServerContext* context, const v1::SummarizePrivacyRequestsRequest* request,
      v1::SummarizePrivacyRequestsResponse* response) override;
  grpc::ServerUnaryReactor* LookupSubject(grpc::CallbackServerContext* context,
                                          const v1::LookupSubjectRequest* request,
                                          v1::LookupSubjectResponse* response) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response);

  // What the handlers do for a caller who may, without gRPC: they fill the response.
  Status Handle(const v1::ListExceptionsRequest& request, const Caller& caller,
                v1::ListExceptionsResponse& response);
  Status Handle(const v1::SummarizePrivacyRequestsRequest& request, const Caller& caller,
                v1::SummarizePrivacyRequestsResponse& response);
  Status Handle(const v1::LookupSubjectRequest& request, const Caller& caller,
                v1::LookupSubjectResponse& response);

  const Parts parts_;
  const KnownAccounts accounts_;
};

}  // namespace lethe::api
