#include "runtime/access_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "lethe/reasons.h"
#include "runtime/access_values.h"
#include "runtime/config_values.h"
#include "runtime/public_file.h"
#include "runtime/yaml_section.h"

namespace lethe::runtime {
namespace {

constexpr char kEveryAccountWord[] = "*";

constexpr std::chrono::seconds kDefaultClockSkew{30};
constexpr std::chrono::minutes kMaxClockSkew{5};

/// One for each type of key, so that a key that names none has one.
const std::vector<access::JwtAlgorithm> kDefaultAlgorithms{
    access::JwtAlgorithm::kRs256, access::JwtAlgorithm::kEs256, access::JwtAlgorithm::kEdDsa};

Error UnusableAccessFile(const std::string& path, const std::string& why) {
  return Error{
      ErrorCode::kInvalidArgument, Text(ErrorReason::kBadConfig), path + ": " + why, {{path, why}}};
}

template <Word T>
Result<T> ParseWord(const std::string& text) {
  if (const auto word = Parse<T>(text)) return *word;
  std::string words;
  for (const T word : kAll<T>) words += (words.empty() ? "" : ", ") + Text(word);
  return Error{ErrorCode::kInvalidArgument, Text(ErrorReason::kBadValue),
               "must be one of " + words};
}

/// Reads one document. What it returns is whole only if no problem was found.
class AccessLoader {
 public:
  AccessLoader(Problems& problems, std::span<const Account> accounts,
               std::filesystem::path directory)
      : problems_(problems), directory_(std::move(directory)) {
    for (const Account& account : accounts) configured_.push_back(account.name);
  }

  AccessFile Load(const YAML::Node& document) {
    Section root(problems_, document, document.Mark(), "");
    if (root.Has("issuers")) {
      for (Section& section : root.List("issuers", "a list of issuers")) {
        ReadIssuer(section);
        if (TooMuch()) break;
      }
    }
    for (Section& section : root.List("principals", "a list of at least one principal")) {
      ReadMember(section);
      if (TooMuch()) {
        root.Add("has more than " + std::to_string(kMaxAccessValues) + " values");
        break;
      }
    }
    root.Close();
    for (const auto& [name, where] : unused_issuers_) {
      file_.notes.push_back(where + ": no principal is named by this issuer's tokens");
    }
    return std::move(file_);
  }

 private:
  void ReadIssuer(Section& section) {
    IssuerEntry entry;
    access::Issuer& issuer = entry.issuer;
    const auto name = section.Require("name", "how this file and the log call it");
    if (Read(name, issuer.name, ParseSlug)) {
      RefuseRepeat(*name, "issuer " + issuer.name, "names another issuer already");
      known_issuers_.push_back(issuer.name);
      unused_issuers_.emplace(issuer.name, name->where);
    }
    const auto url = section.Require("issuer", "the claim iss of its tokens");
    if (Read(url, issuer.url, ParseClaimText)) {
      RefuseRepeat(*url, "iss " + issuer.url, "is of another issuer already");
    }
    if (!section.Has("audiences")) {
      section.Add("needs the key audiences: what its tokens for Lethe have in their claim aud");
    }
    for (const Setting& setting : section.TakeAll("audiences", "texts of the claim aud")) {
      std::string audience;
      if (Read(setting, audience, ParseClaimText)) issuer.audiences.push_back(std::move(audience));
    }
    std::string file;
    if (Read(section.Require("keys_file", "a JWK set with its public keys"), file, ParseFileName)) {
      entry.keys_file = (directory_ / file).lexically_normal().string();
    }
    for (const Setting& setting : section.TakeAll("algorithms", "names of algorithms")) {
      access::JwtAlgorithm algorithm{};
      if (Read(setting, algorithm, ParseWord<access::JwtAlgorithm>)) {
        issuer.algorithms.push_back(algorithm);
      }
    }
    if (issuer.algorithms.empty()) issuer.algorithms = kDefaultAlgorithms;
    Read(section.Take("claim"), issuer.claim, ParseClaimText);
    milliseconds skew = kDefaultClockSkew;
    Read(section.Take("clock_skew"), skew, [](const std::string& text) {
      return ParseDuration(text, milliseconds(0), kMaxClockSkew);
    });
    issuer.clock_skew = std::chrono::ceil<std::chrono::seconds>(skew);
    section.Close();
    file_.issuers.push_back(std::move(entry));
  }

  void ReadMember(Section& section) {
    access::Member member;
    const auto name = section.Require("name", "how requests, decisions and logs call it");
    if (Read(name, member.principal.name, ParsePrincipalName)) {
      RefuseRepeat(*name, member.principal.name, "names another principal already");
    }
    if (!section.Has("tokens") && !section.Has("certificates") && !section.Has("jwts")) {
      section.Add("nothing names it: give tokens, certificates or jwts");
    }
    if (section.Has("tokens")) {
      for (Section& token : section.List("tokens", "a list of tokens")) ReadToken(token, member);
    }
    for (const Setting& setting : section.TakeAll("certificates", "names of certificates")) {
      std::string certificate;
      if (!Read(setting, certificate, ParseCertificateName)) continue;
      RefuseRepeat(setting, "certificate " + certificate, "names a principal already");
      member.certificates.push_back(std::move(certificate));
    }
    if (section.Has("jwts")) {
      for (Section& jwt : section.List("jwts", "a list of JWTs")) ReadJwtName(jwt, member);
    }
    for (Section& grant : section.List("grants", "a list of at least one grant")) {
      ReadGrant(grant, member.principal);
      if (TooMuch()) break;
    }
    section.Close();
    file_.members.push_back(std::move(member));
  }

  bool TooMuch() const { return values_ > kMaxAccessValues; }

  void ReadToken(Section& section, access::Member& member) {
    access::StaticToken token{};
    const auto digest = section.Require("sha256", "that of the token, as hexadecimal digits");
    if (Read(digest, token.digest, ParseTokenDigest)) {
      RefuseRepeat(*digest, "token " + token.digest.Text(),
                   "is of a token that the file has already");
    }
    Read(section.Require("until", "when the token ends"), token.until, ParseInstant);
    section.Close();
    member.tokens.push_back(token);
  }

  void ReadJwtName(Section& section, access::Member& member) {
    access::JwtName name;
    const auto issuer = section.Require("issuer", "the name of one of the issuers of this file");
    if (Read(issuer, name.issuer, ParseSlug)) {
      if (std::ranges::find(known_issuers_, name.issuer) == known_issuers_.end()) {
        problems_.Add(*issuer,
                      "no such issuer is in this file" + Advice(name.issuer, known_issuers_));
      }
      unused_issuers_.erase(name.issuer);
    }
    const auto subject = section.Require("subject", "the value of the claim that names it");
    if (Read(subject, name.value, ParseClaimText)) {
      RefuseRepeat(*subject, "jwt " + name.issuer + " " + name.value, "names a principal already");
    }
    section.Close();
    member.jwts.push_back(std::move(name));
  }

  void ReadGrant(Section& section, Principal& principal) {
    Grant grant{};
    if (!section.Has("roles")) section.Add("needs the key roles: what the principal may do");
    std::vector<Role> roles;
    for (const Setting& setting : section.TakeAll("roles", "names of roles")) {
      Role role{};
      if (Read(setting, role, ParseWord<Role>)) roles.push_back(role);
    }
    ReadAccounts(section, grant);
    if (section.Has("operations")) grant.operations = Operations();
    for (const Setting& setting : section.TakeAll("operations", "names of operations")) {
      Operation operation{};
      if (Read(setting, operation, ParseWord<Operation>)) grant.operations.Add({operation});
    }
    TimePoint until;
    if (const auto end = section.Take("until"); Read(end, until, ParseInstant)) grant.until = until;
    section.Close();
    for (const Role role : roles) {
      grant.role = role;
      principal.grants.push_back(grant);
    }
  }

  void ReadAccounts(Section& section, Grant& grant) {
    if (!section.Has("accounts")) {
      section.Add("needs the key accounts: names, or '*' for every account");
    }
    const auto settings = section.TakeAll("accounts", "names of accounts, or '*' for every one");
    for (const Setting& setting : settings) {
      if (setting.text == kEveryAccountWord) {
        grant.every_account = true;
        if (settings.size() > 1) problems_.Add(setting, "stands alone: it is every account");
        continue;
      }
      std::string account;
      if (!Read(setting, account, ParseSlug)) continue;
      if (std::ranges::find(configured_, account) == configured_.end()) {
        file_.notes.push_back(setting.where + ": " + setting.key +
                              ": no such account is configured" + Advice(account, configured_));
      }
      grant.accounts.push_back(std::move(account));
    }
  }

  /// Puts the parsed text into `out`. False if there is none, or it is wrong, which is reported.
  template <typename T, typename Parse>
  bool Read(const std::optional<Setting>& setting, T& out, Parse parse) {
    if (!setting) return false;
    ++values_;
    auto value = parse(setting->text);
    if (!value.ok()) {
      problems_.Add(*setting, value.error().message);
      return false;
    }
    out = std::move(value).value();
    return true;
  }

  void RefuseRepeat(const Setting& setting, const std::string& value, const std::string& what) {
    const auto [first, is_new] = seen_.emplace(value, setting.where);
    if (!is_new) problems_.Add(setting, what + " (" + first->second + ")");
  }

  Problems& problems_;
  const std::filesystem::path directory_;
  std::vector<std::string> configured_;
  std::vector<std::string> known_issuers_;
  std::map<std::string, std::string> unused_issuers_;  ///< To where they are.
  AccessFile file_;
  std::size_t values_ = 0;
  std::map<std::string, std::string> seen_;  ///< Names and credentials, to where they were first.
};

}  // namespace

Result<std::string> ReadAccessText(const std::string& path) {
  return ReadPublicFile(path, kMaxAccessFileBytes);
}

Result<std::string> ReadIssuerKeysText(const std::string& path) {
  return ReadPublicFile(path, kMaxIssuerKeysBytes);
}

Result<access::JwkSet> ParseIssuerKeys(const IssuerEntry& entry, std::string_view text) {
  auto keys = access::JwkSet::Read(text, entry.issuer.algorithms);
  if (!keys.ok()) return UnusableAccessFile(entry.keys_file, keys.error().message);
  return keys;
}

Result<AccessFile> ParseAccessFile(const std::string& path, const std::string& text,
                                   std::span<const Account> accounts) {
  Problems problems(path);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() != 1) return UnusableAccessFile(path, "must be one YAML document");
    AccessFile file = AccessLoader(problems, accounts, std::filesystem::path(path).parent_path())
                          .Load(documents.front());
    if (problems.empty()) return file;
  } catch (const YAML::Exception& error) {
    // What follows a colon is from the file.
    const std::string what = error.msg.substr(0, error.msg.find(':'));
    problems.Add(problems.Where(error.mark), "", "is not YAML: " + what);
  }
  return problems.ToError();
}

}  // namespace lethe::runtime
