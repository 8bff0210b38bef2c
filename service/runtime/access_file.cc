#include "runtime/access_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
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
  AccessLoader(Problems& problems, std::span<const Account> accounts) : problems_(problems) {
    for (const Account& account : accounts) configured_.push_back(account.name);
  }

  AccessFile Load(const YAML::Node& document) {
    Section root(problems_, document, document.Mark(), "");
    for (Section& section : root.List("principals", "a list of at least one principal")) {
      ReadMember(section);
      if (TooMuch()) {
        root.Add("has more than " + std::to_string(kMaxAccessValues) + " values");
        break;
      }
    }
    root.Close();
    return std::move(file_);
  }

 private:
  void ReadMember(Section& section) {
    access::Member member;
    const auto name = section.Require("name", "how requests, decisions and logs call it");
    if (Read(name, member.principal.name, ParsePrincipalName)) {
      RefuseRepeat(*name, member.principal.name, "names another principal already");
    }
    if (!section.Has("tokens") && !section.Has("certificates")) {
      section.Add("nothing names it: give tokens or certificates");
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
  std::vector<std::string> configured_;
  AccessFile file_;
  std::size_t values_ = 0;
  std::map<std::string, std::string> seen_;  ///< Names and credentials, to where they were first.
};

}  // namespace

Result<std::string> ReadAccessText(const std::string& path) {
  return ReadPublicFile(path, kMaxAccessFileBytes);
}

Result<AccessFile> ParseAccessFile(const std::string& path, const std::string& text,
                                   std::span<const Account> accounts) {
  Problems problems(path);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() != 1) return UnusableAccessFile(path, "must be one YAML document");
    AccessFile file = AccessLoader(problems, accounts).Load(documents.front());
    if (problems.empty()) return file;
  } catch (const YAML::Exception& error) {
    // What follows a colon is from the file.
    const std::string what = error.msg.substr(0, error.msg.find(':'));
    problems.Add(problems.Where(error.mark), "", "is not YAML: " + what);
  }
  return problems.ToError();
}

}  // namespace lethe::runtime
