#include "api/port/handshake_log.h"

#include <grpc/support/log.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <string_view>
#include <tuple>

namespace lethe::api {
namespace {

std::array<std::atomic<std::uint64_t>, kAll<HandshakeFailure>.size()> failures;

std::atomic<std::uint64_t>& Of(HandshakeFailure failure) {
  return failures[static_cast<std::size_t>(failure)];
}

/// The words are OpenSSL's.
HandshakeFailure FailureIn(std::string_view line) {
  const auto says = [line](std::string_view words) { return line.find(words) != line.npos; };
  if (says("peer did not return a certificate")) return HandshakeFailure::kNoCertificate;
  if (says("certificate verify failed")) return HandshakeFailure::kBadCertificate;
  return HandshakeFailure::kOther;
}

void Heard(gpr_log_func_args* said) {
  const std::string_view line(said->message);
  if (line.starts_with("Handshake failed")) {
    ++Of(FailureIn(line));
  } else {
    std::ignore = std::fprintf(stderr, "gRPC: %s (%s:%d)\n", said->message, said->file, said->line);
  }
}

}  // namespace

void CountFailedHandshakes() { gpr_set_log_function(&Heard); }

std::uint64_t TakeFailedHandshakes(HandshakeFailure failure) { return Of(failure).exchange(0); }

}  // namespace lethe::api
