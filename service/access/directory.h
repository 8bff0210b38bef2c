#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/jwk_set.h"
#include "access/jwt.h"
#include "access/live.h"
#include "access/token.h"
#include "lethe/access.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe::access {

/// A token that names a principal before `until`.
struct StaticToken {
  TokenDigest digest;
  TimePoint until;
};

/// JWTs that name a principal: those of an issuer whose claim has this value.
struct JwtName {
  std::string issuer;  ///< Issuer::name.
  std::string value;   ///< Of Issuer::claim, letter by letter.

  friend auto operator<=>(const JwtName&, const JwtName&) = default;
};

/// An issuer, and the keys that it has now.
struct TrustedIssuer {
  Issuer issuer;
  JwkSet keys;
};

/// A principal, and what names it.
struct Member {
  Principal principal;

  /// SANs of client certificates: SPIFFE URIs, or DNS names in lower case.
  std::vector<std::string> certificates = {};

  std::vector<StaticToken> tokens = {};
  std::vector<JwtName> jwts = {};
};

/// What a call shows of who makes it. Views, for as long as the call is recognised.
struct Credentials {
  /// Of the header `authorization: Bearer TOKEN`. Wins over the certificate, which may be that of
  /// a proxy in between. Empty if the header has another form.
  std::optional<std::string_view> token = {};

  /// SANs of the client's certificate, which TLS has verified when the connection began.
  std::span<const std::string_view> certificate = {};
  std::optional<TimePoint> certificate_until = {};
};

/// By what a principal was recognised.
enum class Means {
  kNothing,  ///< There is no access file: every caller is `anonymous`.
  kToken,
  kCertificate,
  kJwt,
};

constexpr std::string_view Name(Means means) {
  switch (means) {
    case Means::kNothing: return "nothing";
    case Means::kToken: return "token";
    case Means::kCertificate: return "certificate";
    case Means::kJwt: return "jwt";
  }
  return "";
}

/// Why a call is refused. For logs and metrics: a caller is not told more than that it is not
/// recognised, or what it may not do.
enum class Refusal {
  kNoCredential,       ///< The call has neither a token nor a certificate.
  kUnknownCredential,  ///< It has one that names nobody.
  kExpiredCredential,  ///< It has one whose end has come.
  kNotYetValid,        ///< It has a JWT that is for later (`nbf`).
  kUnusableJwt,        ///< It has a token that looks like a JWT: ReadJwt(), or no claim `exp`.
  kUnknownIssuer,      ///< It has a JWT of an issuer that the access file does not have.
  kUnknownJwtKey,      ///< It has a JWT that names a key which the issuer's key file lacks.
  kWrongSignature,     ///< It has a JWT that was not signed with the key that it names.
  kWrongAudience,      ///< It has a JWT that the issuer made for another audience than Lethe.
  kUnknownSubject,     ///< It has a JWT that the issuer made for Lethe, and that names nobody.
  kNotPermitted,       ///< Verdict::kDenied.
  kNotSeen,            ///< Verdict::kNotSeen.
};

constexpr std::string_view Name(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNoCredential: return "no_credential";
    case Refusal::kUnknownCredential: return "unknown_credential";
    case Refusal::kExpiredCredential: return "expired_credential";
    case Refusal::kNotYetValid: return "not_yet_valid";
    case Refusal::kUnusableJwt: return "unusable_jwt";
    case Refusal::kUnknownIssuer: return "unknown_issuer";
    case Refusal::kUnknownJwtKey: return "unknown_jwt_key";
    case Refusal::kWrongSignature: return "wrong_signature";
    case Refusal::kWrongAudience: return "wrong_audience";
    case Refusal::kUnknownSubject: return "unknown_subject";
    case Refusal::kNotPermitted: return "not_permitted";
    case Refusal::kNotSeen: return "not_seen";
  }
  return "";
}

/// What Directory::Recognise() found.
struct Recognition {
  /// With kExpiredCredential and kNotYetValid: whom it named, or will.
  std::shared_ptr<const Principal> principal = {};
  Means means = Means::kNothing;
  std::optional<TimePoint> until = {};  ///< When the credential ends.
  std::optional<Refusal> refusal = {};  ///< One of those before kNotPermitted. Nothing: recognised.
};

/// Who there is, and what names them. Never changes. Thread-safe.
class Directory {
 public:
  /// JWTs that were verified and are remembered, so that their next call costs a hash. Beyond it
  /// all are forgotten.
  static constexpr std::size_t kMostJwts = 4'096;

  /// No two members may share a name or a credential, and no two issuers a name or a URL. Every
  /// Member::jwts is of one of the issuers.
  explicit Directory(std::vector<Member> members, std::vector<TrustedIssuer> issuers = {});
  ~Directory();
  Directory(Directory&&) noexcept;
  Directory& operator=(Directory&&) noexcept;

  /// Where there is no access file: every caller is Everyone(), whatever it shows.
  static Directory Open();

  /// Who shows the credentials. A token is compared with all that there are, each in the same
  /// time, so that how long it takes tells nothing about them. One that is none of them, and looks
  /// like a JWT, is taken for one.
  Recognition Recognise(const Credentials& credentials, TimePoint now) const;

  /// Whether a certificate can name anybody: if not, none need be read.
  bool knows_certificates() const { return !certificates_.empty(); }

  /// Whether every caller is Everyone().
  bool open() const { return everyone_ != nullptr; }

 private:
  struct Token {
    StaticToken token;
    std::size_t member;
  };

  /// A JWT of which all has been verified that does not change with time.
  struct GenuineJwt {
    std::size_t member;
    std::optional<TimePoint> from;
    TimePoint until;
    std::chrono::seconds clock_skew;
  };
  class JwtMemory;

  Directory();
  Recognition RecogniseToken(std::string_view token, TimePoint now) const;
  Recognition RecogniseJwt(std::string_view token, const TokenDigest& digest, TimePoint now) const;
  std::variant<GenuineJwt, Refusal> Verify(std::string_view token) const;
  Recognition RecogniseCertificate(const Credentials& credentials, TimePoint now) const;

  std::shared_ptr<const Principal> everyone_;
  std::vector<std::shared_ptr<const Principal>> principals_;
  std::vector<Token> tokens_;
  std::map<std::string, std::size_t, std::less<>> certificates_;
  std::vector<TrustedIssuer> issuers_;
  std::map<JwtName, std::size_t> jwts_;
  std::unique_ptr<JwtMemory> verified_;
};

/// The directory that a process works with.
class LiveDirectory : public Live<Directory> {
 public:
  /// Open at first.
  LiveDirectory() : Live(Directory::Open()) {}
  using Live::Live;
};

}  // namespace lethe::access

namespace lethe {

template <>
inline constexpr auto kAll<access::Means> = AllNamed<access::Means>();
template <>
inline constexpr auto kAll<access::Refusal> = AllNamed<access::Refusal>();

}  // namespace lethe
