#pragma once

#include "api/gate/gate.h"
#include "lethe/time.h"
#include "lethe/v1/access_service.grpc.pb.h"

namespace lethe::api {

/// Tells callers how the server sees them. Waits for nothing.
class AccessService final : public v1::AccessService::CallbackService {
 public:
  /// Both outlive it.
  AccessService(const Gate& gate, const Clock& clock) : gate_(gate), clock_(clock) {}

  grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext* context,
                                   const v1::WhoAmIRequest* request,
                                   v1::WhoAmIResponse* response) override;

 private:
  const Gate& gate_;
  const Clock& clock_;
};

/// What the principal may do at that time.
v1::WhoAmIResponse ToProto(const access::Recognition& recognition, TimePoint now);

}  // namespace lethe::api
