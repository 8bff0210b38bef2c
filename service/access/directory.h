#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// A principal, and what names it.
struct Member {
  Principal principal;

  /// SANs of client certificates: SPIFFE URIs, or DNS names in lower case.
  std::vector<std::string> certificates = {};

  std::vector<StaticToken> tokens = {};
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
};

constexpr std::string_view Name(Means means) {
  switch (means) {
    case Means::kNothing: return "nothing";
    case Means::kToken: return "token";
    case Means::kCertificate: return "certificate";
  }
  return "";
}

/// Why a call is refused. For logs and metrics: a caller is not told more than that it is not
/// recognised, or what it may not do.
enum class Refusal {
  kNoCredential,       ///< The call has neither a token nor a certificate.
  kUnknownCredential,  ///< It has one that names nobody.
  kExpiredCredential,  ///< It has one whose end has come.
  kNotPermitted,       ///< Verdict::kDenied.
  kNotSeen,            ///< Verdict::kNotSeen.
};

constexpr std::string_view Name(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNoCredential: return "no_credential";
    case Refusal::kUnknownCredential: return "unknown_credential";
    case Refusal::kExpiredCredential: return "expired_credential";
    case Refusal::kNotPermitted: return "not_permitted";
    case Refusal::kNotSeen: return "not_seen";
  }
  return "";
}

/// What Directory::Recognise() found.
struct Recognition {
  std::shared_ptr<const Principal> principal = {};  ///< With kExpiredCredential: whom it named.
  Means means = Means::kNothing;
  std::optional<TimePoint> until = {};  ///< When the credential ends.
  std::optional<Refusal> refusal = {};  ///< One of the first three. Nothing: recognised.
};

/// Who there is, and what names them. Never changes. Thread-safe.
class Directory {
 public:
  /// No two members may share a name or a credential.
  explicit Directory(std::vector<Member> members);

  /// Where there is no access file: every caller is Everyone(), whatever it shows.
  static Directory Open();

  /// Who shows the credentials. A token is compared with all that there are, each in the same
  /// time, so that how long it takes tells nothing about them.
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

  Directory() = default;
  Recognition RecogniseToken(std::string_view token, TimePoint now) const;
  Recognition RecogniseCertificate(const Credentials& credentials, TimePoint now) const;

  std::shared_ptr<const Principal> everyone_;
  std::vector<std::shared_ptr<const Principal>> principals_;
  std::vector<Token> tokens_;
  std::map<std::string, std::size_t, std::less<>> certificates_;
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
