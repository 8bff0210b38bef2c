#include "access/jwk_set.h"

#include <rhonabwy.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "json/parse.h"
#include "lethe/reasons.h"

namespace lethe::access {
namespace {

using nlohmann::json;

/// Of RSA's keys; what NIST SP 800-131A asks for.
constexpr unsigned kFewestBits = 2'048;

struct FreeJose {
  void operator()(jwk_t* key) const { r_jwk_free(key); }
  void operator()(jws_t* token) const { r_jws_free(token); }
};
template <typename T>
using Jose = std::unique_ptr<T, FreeJose>;

Error BadKeys(const std::string& why) {
  return {
      .code = ErrorCode::kInvalidArgument, .reason = Text(ErrorReason::kBadValue), .message = why};
}

/// The member if it is text; else empty.
std::string TextIn(const json& key, const char* name) {
  const auto found = key.find(name);
  return found != key.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Those that a key of this type can be used with.
std::vector<JwtAlgorithm> AlgorithmsOf(const json& key) {
  using enum JwtAlgorithm;
  const std::string type = TextIn(key, "kty");
  const std::string curve = TextIn(key, "crv");
  if (type == "RSA") return {kRs256, kRs384, kRs512, kPs256, kPs384, kPs512};
  if (type == "EC" && curve == "P-256") return {kEs256};
  if (type == "EC" && curve == "P-384") return {kEs384};
  if (type == "EC" && curve == "P-521") return {kEs512};
  if (type == "OKP" && curve == "Ed25519") return {kEdDsa};
  return {};
}

bool IsForSignatures(const json& key) {
  if (key.contains("use") && TextIn(key, "use") != "sig") return false;
  const auto operations = key.find("key_ops");
  return operations == key.end() ||
         (operations->is_array() && std::ranges::find(*operations, "verify") != operations->end());
}

Jose<jwk_t> Imported(const json& key) {
  // Only what makes the key: a certificate or an address of one in it would be looked at too.
  json bare = json::object();
  for (const char* name : {"kty", "crv", "n", "e", "x", "y"}) {
    if (const auto found = key.find(name); found != key.end()) bare[name] = *found;
  }
  jwk_t* raw = nullptr;
  if (r_jwk_init(&raw) != RHN_OK) return nullptr;
  Jose<jwk_t> imported(raw);
  const std::string text =
      bare.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
  if (r_jwk_import_from_json_str(raw, text.c_str()) != RHN_OK) return nullptr;
  unsigned bits = 0;
  const int type = r_jwk_key_type(raw, &bits, R_FLAG_IGNORE_REMOTE);
  if ((type & R_KEY_TYPE_PUBLIC) == 0) return nullptr;
  if ((type & R_KEY_TYPE_RSA) != 0 && bits < kFewestBits) return nullptr;
  return imported;
}

}  // namespace

struct JwkSet::Key {
  std::optional<std::string> id;
  JwtAlgorithm algorithm;
  Jose<jwk_t> key;
};

/// Reads one set.
class JwkSet::Reader {
 public:
  explicit Reader(std::span<const JwtAlgorithm> algorithms) : algorithms_(algorithms) {}

  Result<JwkSet> Read(std::string_view text) {
    const auto set = ParseJson(text);
    if (!set || !set->is_object()) return BadKeys("must be one JSON object, a JWK set");
    const auto keys = set->find("keys");
    if (keys == set->end() || !keys->is_array()) return BadKeys("keys: must be a list of JWKs");
    if (keys->size() > kMostKeys) {
      return BadKeys("keys: has more than " + std::to_string(kMostKeys) + " keys");
    }
    for (std::size_t i = 0; i < keys->size(); ++i) {
      const std::string where = "keys[" + std::to_string(i) + "]: ";
      if (Status read = ReadKey((*keys)[i], where); !read.ok()) {
        return BadKeys(where + read.error().message);
      }
    }
    if (read_.keys_.empty()) read_.notes_.emplace_back("has no key that verifies a token");
    return std::move(read_);
  }

 private:
  Status ReadKey(const json& key, const std::string& where) {
    if (!key.is_object()) return BadKeys("must be a JWK");
    if (key.contains("d") || key.contains("k")) {
      return BadKeys("is a secret key: the file must have public keys alone");
    }
    const auto [algorithm, why] = AlgorithmOf(key);
    if (!algorithm) {
      read_.notes_.push_back(where + "is not used: " + why);
      return Ok();
    }
    std::optional<std::string> id;
    if (key.contains("kid")) id = TextIn(key, "kid");
    for (const auto& other : read_.keys_) {
      if (other->id == id && other->algorithm == *algorithm) {
        return BadKeys("has the kid and the alg of a key before it");
      }
    }
    Jose<jwk_t> imported = Imported(key);
    if (!imported) {
      read_.notes_.push_back(where + "is not used: it is no key of its type, or a short one");
      return Ok();
    }
    read_.keys_.push_back(
        std::make_shared<const Key>(Key{std::move(id), *algorithm, std::move(imported)}));
    return Ok();
  }

  /// The one algorithm that the key is for; or nothing, and why.
  std::pair<std::optional<JwtAlgorithm>, std::string> AlgorithmOf(const json& key) const {
    if (!IsForSignatures(key)) return {std::nullopt, "it is not for signatures"};
    std::vector<JwtAlgorithm> possible = AlgorithmsOf(key);
    if (possible.empty()) return {std::nullopt, "its type is none that Lethe knows"};
    if (key.contains("alg")) {
      const auto named = Parse<JwtAlgorithm>(TextIn(key, "alg"));
      std::erase_if(possible, [&](JwtAlgorithm one) { return one != named; });
    }
    std::erase_if(possible, [&](JwtAlgorithm one) {
      return std::ranges::find(algorithms_, one) == algorithms_.end();
    });
    if (possible.empty()) return {std::nullopt, "its algorithm is not among the issuer's"};
    if (possible.size() > 1) {
      return {std::nullopt, "it names no alg, and several of the issuer's algorithms would do"};
    }
    return {possible.front(), ""};
  }

  std::span<const JwtAlgorithm> algorithms_;
  JwkSet read_;
};

Result<JwkSet> JwkSet::Read(std::string_view json, std::span<const JwtAlgorithm> algorithms) {
  return Reader(algorithms).Read(json);
}

JwkSet::Verdict JwkSet::Verify(const Jwt& jwt, std::string_view token) const {
  const Key* key = Find(jwt);
  if (key == nullptr) return Verdict::kUnknownKey;
  jws_t* raw = nullptr;
  if (r_jws_init(&raw) != RHN_OK) return Verdict::kWrongSignature;
  const Jose<jws_t> parsed(raw);
  // Keys that the token brings along are not looked at, nor those that it points to.
  const bool genuine = r_jws_advanced_compact_parsen(raw, token.data(), token.size(), R_PARSE_NONE,
                                                     R_FLAG_IGNORE_REMOTE) == RHN_OK &&
                       r_jws_get_alg(raw) == r_str_to_jwa_alg(Text(key->algorithm).c_str()) &&
                       r_jws_verify_signature(raw, key->key.get(), R_FLAG_IGNORE_REMOTE) == RHN_OK;
  return genuine ? Verdict::kGenuine : Verdict::kWrongSignature;
}

const JwkSet::Key* JwkSet::Find(const Jwt& jwt) const {
  const Key* found = nullptr;
  for (const auto& key : keys_) {
    if (key->algorithm != jwt.algorithm) continue;
    if (jwt.key_id && key->id != jwt.key_id) continue;
    if (found != nullptr) return nullptr;  // it names none, and there are several
    found = key.get();
  }
  return found;
}

}  // namespace lethe::access
