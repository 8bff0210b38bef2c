#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe::access {

/// By what a JWT is signed. Those with a shared secret are none of them: who could check a token
/// could make one.
enum class JwtAlgorithm {
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kEdDsa,
};

/// As the JOSE registry and the access file have it.
constexpr std::string_view Name(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::kRs256: return "RS256";
    case JwtAlgorithm::kRs384: return "RS384";
    case JwtAlgorithm::kRs512: return "RS512";
    case JwtAlgorithm::kPs256: return "PS256";
    case JwtAlgorithm::kPs384: return "PS384";
    case JwtAlgorithm::kPs512: return "PS512";
    case JwtAlgorithm::kEs256: return "ES256";
    case JwtAlgorithm::kEs384: return "ES384";
    case JwtAlgorithm::kEs512: return "ES512";
    case JwtAlgorithm::kEdDsa: return "EdDSA";
  }
  return "";
}

/// Who makes JWTs, and which of them are for Lethe.
struct Issuer {
  std::string name = {};                      ///< How the access file and the log call it.
  std::string url = {};                       ///< The claim `iss`, letter by letter.
  std::vector<std::string> audiences = {};    ///< One of them must be in the claim `aud`.
  std::vector<JwtAlgorithm> algorithms = {};  ///< No key may be used with another one.
  std::string claim = "sub";                  ///< Whose value names a principal.
  std::chrono::seconds clock_skew{};          ///< By how much its clock may differ from ours.

  friend bool operator==(const Issuer&, const Issuer&) = default;
};

/// What a JWT says. Nothing of it is verified.
struct Jwt {
  std::optional<JwtAlgorithm> algorithm = {};  ///< Nothing: another one, such as `none`.
  std::optional<std::string> key_id = {};
  std::vector<std::string> audiences = {};
  std::optional<TimePoint> from = {};                          ///< The claim `nbf`.
  std::optional<TimePoint> until = {};                         ///< The claim `exp`.
  std::map<std::string, std::string, std::less<>> texts = {};  ///< The claims that are text.
};

/// Longer tokens are not looked at. gRPC takes 8 KiB of headers, all together.
inline constexpr std::size_t kMaxJwtBytes = 8UL * 1024;

/// Whether the text looks like a JWT in the compact form: three parts, with a dot between them.
bool LooksLikeJwt(std::string_view token);

/// What the token says. Nothing if it is no JWT in the compact form, or a claim that Lethe looks at
/// has another type than RFC 7519 gives it, or its header asks for something that Lethe does not do
/// (`crit`, `zip`).
std::optional<Jwt> ReadJwt(std::string_view token);

}  // namespace lethe::access

namespace lethe {

template <>
inline constexpr auto kAll<access::JwtAlgorithm> = AllNamed<access::JwtAlgorithm>();

}  // namespace lethe
