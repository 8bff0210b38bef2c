#pragma once

#include <vector>

#include "api/calls/call_budget.h"
#include "api/calls/executor.h"
#include "api/gate/gate.h"
#include "api/gate/known_accounts.h"
#include "lethe/account.h"
#include "lethe/request_changer.h"
#include "lethe/request_lists.h"
#include "lethe/request_store.h"
#include "lethe/time.h"
#include "lethe/v1/privacy_request_service.grpc.pb.h"
#include "lethe/vendor_check.h"

namespace lethe::api {

/// The gRPC service over a store: each handler asks the gate, validates, finds the account, calls
/// the store and maps its answer. Handlers never block gRPC's threads: what may wait for the
/// database runs on `executor`, what waits for CleverTap on `vendor_executor`, where it holds up no
/// reads; a large request is checked and sealed on `bulk_executor`, where it holds up no small one.
/// A call that was taken is always answered, whether or not its caller still listens.
class PrivacyRequestService final : public v1::PrivacyRequestService::CallbackService {
 public:
  struct Parts {
    RequestStore& store;
    RequestLists& lists;
    RequestChanger& changer;
    VendorCheck& vendor_check;
    const Clock& clock;
    Executor executor;
    Executor vendor_executor;
    Executor bulk_executor;  ///< May be empty: gRPC's own threads.
    const CallBudget& budget;
    const Gate& gate;
  };

  /// The parts outlive the server that the service is registered with.
  PrivacyRequestService(Parts parts, KnownAccounts accounts);

  grpc::ServerUnaryReactor* CreatePrivacyRequest(grpc::CallbackServerContext* context,
                                                 const v1::CreatePrivacyRequestRequest* request,
                                                 v1::PrivacyRequest* response) override;
  grpc::ServerUnaryReactor* GetPrivacyRequest(grpc::CallbackServerContext* context,
                                              const v1::GetPrivacyRequestRequest* request,
                                              v1::PrivacyRequest* response) override;
  grpc::ServerUnaryReactor* ListPrivacyRequests(grpc::CallbackServerContext* context,
                                                const v1::ListPrivacyRequestsRequest* request,
                                                v1::ListPrivacyRequestsResponse* response) override;
  grpc::ServerUnaryReactor* ListPrivacyRequestItems(
      grpc::CallbackServerContext* context, const v1::ListPrivacyRequestItemsRequest* request,
      v1::ListPrivacyRequestItemsResponse* response) override;
  grpc::ServerUnaryReactor* CancelPrivacyRequest(grpc::CallbackServerContext* context,
                                                 const v1::CancelPrivacyRequestRequest* request,
                                                 v1::PrivacyRequestChange* response) override;
  grpc::ServerUnaryReactor* RetryPrivacyRequest(grpc::CallbackServerContext* context,
                                                const v1::RetryPrivacyRequestRequest* request,
                                                v1::PrivacyRequest* response) override;

 private:
  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   grpc::ServerUnaryReactor* reactor,
                                   const v1::CreatePrivacyRequestRequest* request,
                                   v1::PrivacyRequest* response);

  // What the handlers do for a caller who may, without gRPC: they fill the response. What is of
  // other operations than the caller's does not exist for it.
  Status Get(const v1::GetPrivacyRequestRequest& request, const Caller& caller,
             v1::PrivacyRequest& response);
  Status List(const v1::ListPrivacyRequestsRequest& request, const Caller& caller,
              v1::ListPrivacyRequestsResponse& response);
  Status ListItems(const v1::ListPrivacyRequestItemsRequest& request, const Caller& caller,
                   v1::ListPrivacyRequestItemsResponse& response);
  Status Cancel(const v1::CancelPrivacyRequestRequest& request, const Caller& caller,
                v1::PrivacyRequestChange& response);
  Status Retry(const v1::RetryPrivacyRequestRequest& request, const Caller& caller,
               v1::PrivacyRequest& response);

  /// The original of a repeated request, as it stands now.
  Status GetOriginal(const RequestView& repeated, const Account& account,
                     v1::PrivacyRequest& response);

  const Parts parts_;
  const KnownAccounts accounts_;
};

}  // namespace lethe::api
