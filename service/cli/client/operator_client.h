#pragma once

#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "cli/client/connection.h"
#include "lethe/v1/operator_service.grpc.pb.h"

namespace lethe::cli {

/// Calls of operators to one server, as those of Client.
class OperatorClient {
 public:
  explicit OperatorClient(const Connection& connection);

  /// The oldest `limit` reviews of `accounts/{account}`, from as many pages as it takes.
  grpc::Status ListReviews(const std::string& parent, int limit, v1::ListReviewsResponse* all);
  grpc::Status GetReview(const std::string& name, v1::Review* response);
  grpc::Status ResolveReview(const v1::ResolveReviewRequest& request, v1::AuditEvent* response);

  grpc::Status PreviewReviews(const v1::PreviewReviewsRequest& request, v1::ReviewGroup* response);
  grpc::Status ResolveReviews(const v1::ResolveReviewsRequest& request, v1::ReviewGroup* response);

  grpc::Status ChangePrivacyRequest(const v1::ChangePrivacyRequestRequest& request,
                                    v1::PrivacyRequestChange* response);

  grpc::Status ChangeSubjectHold(const v1::ChangeSubjectHoldRequest& request,
                                 v1::SubjectHoldChange* response);
  grpc::Status ExtendDueTime(const v1::ExtendDueTimeRequest& request, v1::PrivacyRequest* response);

  grpc::Status ListAccounts(v1::ListAccountsResponse* response);
  grpc::Status GetAccount(const std::string& name, v1::Account* response);
  grpc::Status ResumeAccount(const v1::ResumeAccountRequest& request, v1::Account* response);

  /// Takes up to half a minute: Lethe waits for calls under way.
  grpc::Status PauseCalls(const v1::PauseCallsRequest& request, v1::PauseCallsResponse* response);
  grpc::Status ResumeCalls(const v1::ResumeCallsRequest& request,
                           v1::ResumeCallsResponse* response);
  grpc::Status ListPauses(v1::ListPausesResponse* response);
  grpc::Status GetRecovery(v1::Recovery* response);
  grpc::Status ResumeRecovery(const v1::ResumeRecoveryRequest& request, v1::Recovery* response);

  /// The newest `limit` events of `accounts/{account}`.
  grpc::Status ListAuditEvents(const std::string& parent, int limit,
                               v1::ListAuditEventsResponse* all);

 private:
  std::unique_ptr<v1::OperatorService::Stub> stub_;
};

}  // namespace lethe::cli
