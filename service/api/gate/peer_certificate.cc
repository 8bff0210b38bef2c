#include "api/gate/peer_certificate.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

namespace lethe::api {

PeerCertificate::PeerCertificate(const grpc::CallbackServerContext& context,
                                 access::CertificateCache& known) {
  // The property stays in the connection's own context.
  const auto shown = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (shown.size() != 1) return;
  certificate_ = known.Read({shown.front().data(), shown.front().size()});
  if (certificate_) names_.assign(certificate_->names.begin(), certificate_->names.end());
}

std::optional<TimePoint> PeerCertificate::until() const {
  return certificate_ ? std::optional(certificate_->until) : std::nullopt;
}

}  // namespace lethe::api
