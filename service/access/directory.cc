#include "access/directory.h"

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

}  // namespace

Directory::Directory(std::vector<Member> members) {
  for (Member& member : members) {
    const std::size_t index = principals_.size();
    for (const StaticToken& token : member.tokens) tokens_.push_back({token, index});
    for (const std::string& name : member.certificates) {
      certificates_.emplace(InOneForm(name), index);
    }
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
    return {.means = Means::kToken, .refusal = Refusal::kUnknownCredential};
  }
  Recognition recognition{
      .principal = principals_[found->member], .means = Means::kToken, .until = found->token.until};
  if (now >= found->token.until) recognition.refusal = Refusal::kExpiredCredential;
  return recognition;
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
