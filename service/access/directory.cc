#include "access/directory.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace lethe::access {
namespace {

/// DNS names are of no case; SPIFFE URIs are.
std::string InOneForm(std::string_view name) {
  std::string text(name);
  if (name.find(':') != std::string_view::npos) return text;
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool HasAny(const std::vector<std::string>& shown, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(
      wanted, [&](const std::string& one) { return std::ranges::find(shown, one) != shown.end(); });
}

std::optional<std::string_view> TextClaim(const Jwt& jwt, std::string_view name) {
  const auto found = jwt.texts.find(name);
  return found == jwt.texts.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

}  // namespace

/// JWTs that were verified, by their digest. Thread-safe.
class Directory::JwtMemory {
 public:
  std::optional<GenuineJwt> Find(const TokenDigest& digest) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(digest.Text());
    return found == known_.end() ? std::nullopt : std::optional(found->second);
  }
  void Keep(const TokenDigest& digest, const GenuineJwt& jwt) {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMostJwts) known_.clear();
    known_.emplace(digest.Text(), jwt);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, GenuineJwt> known_;
};

Directory::Directory() : verified_(std::make_unique<JwtMemory>()) {}
Directory::~Directory() = default;
Directory::Directory(Directory&&) noexcept = default;
Directory& Directory::operator=(Directory&&) noexcept = default;

Directory::Directory(std::vector<Member> members, std::vector<TrustedIssuer> issuers)
    : issuers_(std::move(issuers)), verified_(std::make_unique<JwtMemory>()) {
  for (Member& member : members) {
    const std::size_t index = principals_.size();
    for (const StaticToken& token : member.tokens) tokens_.push_back({token, index});
    for (const std::string& name : member.certificates) {
      certificates_.emplace(InOneForm(name), index);
    }
    for (JwtName& name : member.jwts) jwts_.emplace(std::move(name), index);
    principals_.push_back(std::make_shared<const Principal>(std::move(member.principal)));
  }
}

Directory Directory::Open() {
  Directory open;
  open.everyone_ = std::make_shared<const Principal>(Everyone());
  return open;
}

Recognition Directory::Recognise(const Credentials& credentials, TimePoint now) const {
  if (everyone_) return {.principal = everyone_};
  if (credentials.token) return RecogniseToken(*credentials.token, now);
  if (!credentials.certificate.empty()) return RecogniseCertificate(credentials, now);
  return {.refusal = Refusal::kNoCredential};
}

Recognition Directory::RecogniseToken(std::string_view token, TimePoint now) const {
  const TokenDigest digest = TokenDigest::Of(token);
  const Token* found = nullptr;
  for (const Token& known : tokens_) {
    if (known.token.digest == digest) found = &known;
  }
  if (found == nullptr) {
    if (!issuers_.empty() && LooksLikeJwt(token)) return RecogniseJwt(token, digest, now);
    return {.means = Means::kToken, .refusal = Refusal::kUnknownCredential};
  }
  Recognition recognition{
      .principal = principals_[found->member], .means = Means::kToken, .until = found->token.until};
  if (now >= found->token.until) recognition.refusal = Refusal::kExpiredCredential;
  return recognition;
}

Recognition Directory::RecogniseJwt(std::string_view token, const TokenDigest& digest,
                                    TimePoint now) const {
  auto genuine = verified_->Find(digest);
  if (!genuine) {
    const auto verified = Verify(token);
    if (const auto* refusal = std::get_if<Refusal>(&verified)) {
      return {.means = Means::kJwt, .refusal = *refusal};
    }
    genuine = std::get<GenuineJwt>(verified);
    verified_->Keep(digest, *genuine);
  }
  Recognition recognition{
      .principal = principals_[genuine->member], .means = Means::kJwt, .until = genuine->until};
  if (now >= genuine->until + genuine->clock_skew) {
    recognition.refusal = Refusal::kExpiredCredential;
  } else if (genuine->from && now < *genuine->from - genuine->clock_skew) {
    recognition.refusal = Refusal::kNotYetValid;
  }
  return recognition;
}

std::variant<Directory::GenuineJwt, Refusal> Directory::Verify(std::string_view token) const {
  const auto jwt = ReadJwt(token);
  if (!jwt || !jwt->until) return Refusal::kUnusableJwt;
  const auto url = TextClaim(*jwt, "iss");
  const auto trusted = std::ranges::find_if(
      issuers_, [&](const TrustedIssuer& one) { return one.issuer.url == url; });
  if (trusted == issuers_.end()) return Refusal::kUnknownIssuer;
  switch (trusted->keys.Verify(*jwt, token)) {
    case JwkSet::Verdict::kGenuine: break;
    case JwkSet::Verdict::kUnknownKey: return Refusal::kUnknownJwtKey;
    case JwkSet::Verdict::kWrongSignature: return Refusal::kWrongSignature;
  }
  const Issuer& issuer = trusted->issuer;
  if (!HasAny(jwt->audiences, issuer.audiences)) return Refusal::kWrongAudience;
  const auto subject = TextClaim(*jwt, issuer.claim);
  if (!subject) return Refusal::kUnknownSubject;
  const auto member = jwts_.find({.issuer = issuer.name, .value = std::string(*subject)});
  if (member == jwts_.end()) return Refusal::kUnknownSubject;
  return GenuineJwt{.member = member->second,
                    .from = jwt->from,
                    .until = *jwt->until,
                    .clock_skew = issuer.clock_skew};
}

Recognition Directory::RecogniseCertificate(const Credentials& credentials, TimePoint now) const {
  Recognition recognition{.means = Means::kCertificate, .until = credentials.certificate_until};
  for (const std::string_view name : credentials.certificate) {
    const auto known = certificates_.find(InOneForm(name));
    if (known == certificates_.end()) continue;
    const auto& principal = principals_[known->second];
    if (recognition.principal && recognition.principal != principal) {
      return {.means = Means::kCertificate, .refusal = Refusal::kUnknownCredential};
    }
    recognition.principal = principal;
  }
  if (!recognition.principal) {
    recognition.refusal = Refusal::kUnknownCredential;
  } else if (recognition.until && now >= *recognition.until) {
    recognition.refusal = Refusal::kExpiredCredential;
  }
  return recognition;
}

}  // namespace lethe::access
