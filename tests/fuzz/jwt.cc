#include "access/jwt.h"

#include <array>
#include <string>
#include <vector>

#include "access/directory.h"
#include "access/jwk_set.h"
#include "fuzz/fuzz.h"

// A JWT and a JWK set: what strangers send, and what a sidecar writes. The first byte says which
// the rest is: a token as it comes, the header and the claims of one in a line each, or a set.

namespace lethe::access {
namespace {

using fuzz::Require;

constexpr char kKeys[] =
    R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},)"
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

constexpr std::array kAlgorithms{JwtAlgorithm::kRs256, JwtAlgorithm::kEs256, JwtAlgorithm::kEdDsa};

std::string Base64Url(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kDigits[(held >> (bits - 6)) & 63U];
  }
  if (bits > 0) text += kDigits[(held << (6 - bits)) & 63U];
  return text;
}

/// Nobody can sign with the keys above: whatever the token is, it names nobody.
void CheckToken(const std::string& token) {
  static const Issuer issuer{.name = "i",
                             .url = "i",
                             .audiences = {"a"},
                             .algorithms = {kAlgorithms.begin(), kAlgorithms.end()}};
  static const Directory directory({{.principal = {.name = "p"}, .jwts = {{"i", "s"}}}},
                                   {{issuer, JwkSet::Read(kKeys, kAlgorithms).value()}});
  const Recognition nobody = directory.Recognise({.token = token}, {});
  Require(nobody.refusal && !nobody.principal, "who cannot sign is nobody");
  const auto jwt = ReadJwt(token);
  if (!jwt) return;
  Require(LooksLikeJwt(token), "a JWT looks like one");
  static const JwkSet keys = JwkSet::Read(kKeys, kAlgorithms).value();
  Require(keys.Verify(*jwt, token) != JwkSet::Verdict::kGenuine, "nobody else can sign");
}

void CheckKeys(const std::string& text) {
  const auto keys = JwkSet::Read(text, kAlgorithms);
  if (!keys.ok()) {
    fuzz::RequireNoEcho(keys.error().message);
    return;
  }
  Require(keys->size() <= JwkSet::kMostKeys, "a set is not too large");
  Require(keys->size() > 0 || !keys->notes().empty(), "a set without keys says so");
  for (const std::string& note : keys->notes()) fuzz::RequireNoEcho(note);
}

}  // namespace
}  // namespace lethe::access

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace lethe;
  fuzz::Input input(bytes, size);
  const std::size_t what = input.Choose(3);
  if (what == 0) access::CheckToken(std::string(input.Rest()));
  if (what == 1) {
    const std::string header = access::Base64Url(input.Line());
    const std::string claims = access::Base64Url(input.Line());
    access::CheckToken(header + "." + claims + "." + std::string(input.Rest()));
  }
  if (what == 2) {
    access::CheckKeys(std::string(input.Rest()));
    access::CheckKeys(fuzz::Planted(input.Rest()));
  }
  return 0;
}
