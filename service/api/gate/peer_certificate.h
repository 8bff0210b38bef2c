#pragma once

#include <grpcpp/server_context.h>

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "access/certificate.h"
#include "lethe/time.h"

namespace lethe::api {

/// The client's certificate, which TLS has verified when the connection began; empty if there is
/// none, or TLS is off.
class PeerCertificate {
 public:
  PeerCertificate() = default;
  PeerCertificate(const grpc::CallbackServerContext& context, access::CertificateCache& known);

  std::span<const std::string_view> names() const { return names_; }
  std::optional<TimePoint> until() const;

 private:
  std::shared_ptr<const access::Certificate> certificate_;
  std::vector<std::string_view> names_;
};

}  // namespace lethe::api
