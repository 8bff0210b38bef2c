#pragma once

#include "api/calls/executor.h"
#include "api/gate/gate.h"
#include "api/gate/known_accounts.h"
#include "lethe/pause_store.h"
#include "lethe/recovery.h"
#include "lethe/request_changer.h"
#include "lethe/request_store.h"
#include "lethe/review_store.h"
#include "lethe/subject_holds.h"
#include "lethe/time.h"
#include "lethe/v1/operator_service.grpc.pb.h"

namespace lethe::api {

/// The gRPC service of operators over a store; handles calls as PrivacyRequestService does.
class OperatorService final : public v1::OperatorService::CallbackService {
 public:
  struct Parts {
    ReviewStore& store;
    PauseStore& pauses;
    RecoveryStore& recovery;
    RequestStore& requests;
    RequestChanger& changer;
    SubjectHolds& subjects;
    const Clock& clock;
    Executor executor;
    const Gate& gate;
  };

  /// The parts outlive the server that the service is registered with.
  OperatorService(Parts parts, KnownAccounts accounts);

  grpc::ServerUnaryReactor* ListReviews(grpc::CallbackServerContext* context,
                                        const v1::ListReviewsRequest* request,
                                        v1::ListReviewsResponse* response) override;
  grpc::ServerUnaryReactor* GetReview(grpc::CallbackServerContext* context,
                                      const v1::GetReviewRequest* request,
                                      v1::Review* response) override;
  grpc::ServerUnaryReactor* ResolveReview(grpc::CallbackServerContext* context,
                                          const v1::ResolveReviewRequest* request,
                                          v1::AuditEvent* response) override;
  grpc::ServerUnaryReactor* PreviewReviews(grpc::CallbackServerContext* context,
                                           const v1::PreviewReviewsRequest* request,
                                           v1::ReviewGroup* response) override;
  grpc::ServerUnaryReactor* ResolveReviews(grpc::CallbackServerContext* context,
                                           const v1::ResolveReviewsRequest* request,
                                           v1::ReviewGroup* response) override;
  grpc::ServerUnaryReactor* ChangePrivacyRequest(grpc::CallbackServerContext* context,
                                                 const v1::ChangePrivacyRequestRequest* request,
                                                 v1::PrivacyRequestChange* response) override;
  grpc::ServerUnaryReactor* ExtendDueTime(grpc::CallbackServerContext* context,
                                          const v1::ExtendDueTimeRequest* request,
                                          v1::PrivacyRequest* response) override;
  grpc::ServerUnaryReactor* ChangeSubjectHold(grpc::CallbackServerContext* context,
                                              const v1::ChangeSubjectHoldRequest* request,
                                              v1::SubjectHoldChange* response) override;
  grpc::ServerUnaryReactor* ListAccounts(grpc::CallbackServerContext* context,
                                         const v1::ListAccountsRequest* request,
                                         v1::ListAccountsResponse* response) override;
  grpc::ServerUnaryReactor* GetAccount(grpc::CallbackServerContext* context,
                                       const v1::GetAccountRequest* request,
                                       v1::Account* response) override;
  grpc::ServerUnaryReactor* ResumeAccount(grpc::CallbackServerContext* context,
                                          const v1::ResumeAccountRequest* request,
                                          v1::Account* response) override;
  grpc::ServerUnaryReactor* PauseCalls(grpc::CallbackServerContext* context,
                                       const v1::PauseCallsRequest* request,
                                       v1::PauseCallsResponse* response) override;
  grpc::ServerUnaryReactor* ResumeCalls(grpc::CallbackServerContext* context,
                                        const v1::ResumeCallsRequest* request,
                                        v1::ResumeCallsResponse* response) override;
  grpc::ServerUnaryReactor* ListPauses(grpc::CallbackServerContext* context,
                                       const v1::ListPausesRequest* request,
                                       v1::ListPausesResponse* response) override;
  grpc::ServerUnaryReactor* GetRecovery(grpc::CallbackServerContext* context,
                                        const v1::GetRecoveryRequest* request,
                                        v1::Recovery* response) override;
  grpc::ServerUnaryReactor* ResumeRecovery(grpc::CallbackServerContext* context,
                                           const v1::ResumeRecoveryRequest* request,
                                           v1::Recovery* response) override;
  grpc::ServerUnaryReactor* ListAuditEvents(grpc::CallbackServerContext* context,
                                            const v1::ListAuditEventsRequest* request,
                                            v1::ListAuditEventsResponse* response) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response);

  // What the handlers do for a caller who may, without gRPC: they fill the response. What is of
  // other operations than the caller's does not exist for it.
  Status Handle(const v1::ListReviewsRequest& request, const Caller& caller,
                v1::ListReviewsResponse& response);
  Status Handle(const v1::GetReviewRequest& request, const Caller& caller, v1::Review& response);
  Status Handle(const v1::ResolveReviewRequest& request, const Caller& caller,
                v1::AuditEvent& response);
  Status Handle(const v1::PreviewReviewsRequest& request, const Caller& caller,
                v1::ReviewGroup& response);
  Status Handle(const v1::ResolveReviewsRequest& request, const Caller& caller,
                v1::ReviewGroup& response);
  Status Handle(const v1::ChangePrivacyRequestRequest& request, const Caller& caller,
                v1::PrivacyRequestChange& response);
  Status Handle(const v1::ExtendDueTimeRequest& request, const Caller& caller,
                v1::PrivacyRequest& response);
  Status Handle(const v1::ChangeSubjectHoldRequest& request, const Caller& caller,
                v1::SubjectHoldChange& response);
  Status Handle(const v1::ListAccountsRequest& request, const Caller& caller,
                v1::ListAccountsResponse& response);
  Status Handle(const v1::GetAccountRequest& request, const Caller& caller, v1::Account& response);
  Status Handle(const v1::ResumeAccountRequest& request, const Caller& caller,
                v1::Account& response);
  Status Handle(const v1::PauseCallsRequest& request, const Caller& caller,
                v1::PauseCallsResponse& response);
  Status Handle(const v1::ResumeCallsRequest& request, const Caller& caller,
                v1::ResumeCallsResponse& response);
  Status Handle(const v1::ListPausesRequest& request, const Caller& caller,
                v1::ListPausesResponse& response);
  Status Handle(const v1::GetRecoveryRequest& request, const Caller& caller,
                v1::Recovery& response);
  Status Handle(const v1::ResumeRecoveryRequest& request, const Caller& caller,
                v1::Recovery& response);
  Status Handle(const v1::ListAuditEventsRequest& request, const Caller& caller,
                v1::ListAuditEventsResponse& response);

  /// Whether the account is known, where the scope names one.
  Status CheckScope(const PauseScope& scope);

  const Parts parts_;
  const KnownAccounts accounts_;
};

}  // namespace lethe::api
