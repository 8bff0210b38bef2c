#include "api/gate/access_service.h"

#include "api/fields/names.h"
#include "api/fields/proto_values.h"
#include "api/gate/handling.h"

namespace lethe::api {

v1::WhoAmIResponse ToProto(const access::Recognition& recognition, TimePoint now) {
  v1::WhoAmIResponse response;
  response.set_principal(recognition.principal->name);
  response.set_means(Text(recognition.means));
  if (recognition.until) *response.mutable_expire_time() = ToProto(*recognition.until);
  for (const Grant& grant : recognition.principal->grants) {
    if (grant.until && now >= *grant.until) continue;
    v1::AccessGrant& shown = *response.add_grants();
    shown.set_role(Text(grant.role));
    if (grant.every_account) shown.add_accounts(std::string(kEveryAccount));
    for (const std::string& account : grant.accounts) {
      shown.add_accounts(FormatAccountName(account));
    }
    for (const Operation operation : kAll<Operation>) {
      if (grant.operations.Contains(operation)) shown.add_operations(ToProto(operation));
    }
    if (grant.until) *shown.mutable_expire_time() = ToProto(*grant.until);
  }
  return response;
}

grpc::ServerUnaryReactor* AccessService::WhoAmI(grpc::CallbackServerContext* context,
                                                const v1::WhoAmIRequest*,
                                                v1::WhoAmIResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto recognition = gate_.Recognise(*context, "WhoAmI");
  if (recognition.ok()) *response = ToProto(*recognition, clock_.Now());
  Finish(reactor, recognition.ok() ? Ok() : Status(recognition.error()));
  return reactor;
}

}  // namespace lethe::api
