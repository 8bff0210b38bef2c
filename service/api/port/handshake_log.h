#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "lethe/words.h"

namespace lethe::api {

/// Why a handshake of TLS failed, as far as the server can tell.
enum class HandshakeFailure {
  kNoCertificate,   ///< The client has none, and one is required.
  kBadCertificate,  ///< It has one that is not the client CA's, or not of this time.
  kOther,           ///< Plaintext, an old version, a client that does not believe the server..
};

constexpr std::string_view Name(HandshakeFailure failure) {
  switch (failure) {
    case HandshakeFailure::kNoCertificate: return "no_certificate";
    case HandshakeFailure::kBadCertificate: return "bad_certificate";
    case HandshakeFailure::kOther: return "other";
  }
  return "";
}

/// From now on what gRPC prints of a failed handshake is counted and not printed: any stranger may
/// cause a line, as often as they like. What else gRPC prints goes to standard error, as before.
void CountFailedHandshakes();

/// Of the process, since this was asked last.
std::uint64_t TakeFailedHandshakes(HandshakeFailure failure);

}  // namespace lethe::api

namespace lethe {

template <>
inline constexpr auto kAll<api::HandshakeFailure> = AllNamed<api::HandshakeFailure>();

}  // namespace lethe
