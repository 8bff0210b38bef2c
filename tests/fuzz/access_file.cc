#include "runtime/access_file.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "access/directory.h"
#include "fuzz/fuzz.h"
#include "lethe/account.h"
#include "runtime/access_values.h"

// The text of an access file, and the canary somewhere in it.

namespace lethe::runtime {
namespace {

using fuzz::Require;

void CheckError(const Error& error) {
  Require(error.code == ErrorCode::kInvalidArgument && error.reason == "BAD_CONFIG" &&
              !error.violations.empty(),
          "a bad access file is refused with reasons");
  for (const FieldViolation& violation : error.violations) {
    Require(violation.field.starts_with("access.yaml"), "a fault says where");
    Require(!violation.description.empty(), "a fault says what");
    fuzz::RequireNoEcho(violation.field);
    fuzz::RequireNoEcho(violation.description);
  }
  fuzz::RequireNoEcho(error.message);
}

void CheckMember(const access::Member& member, std::set<std::string>& credentials) {
  Require(ParsePrincipalName(member.principal.name).ok(), "a principal has a name of its form");
  Require(!member.tokens.empty() || !member.certificates.empty() || !member.jwts.empty(),
          "something names a principal");
  Require(!member.principal.grants.empty(), "a principal has a grant");
  for (const Grant& grant : member.principal.grants) {
    Require(grant.every_account == grant.accounts.empty(), "a grant is for accounts");
    Require(!grant.operations.empty(), "a grant is for operations");
  }
  for (const access::StaticToken& token : member.tokens) {
    Require(credentials.insert(token.digest.Text()).second, "a token names one principal");
  }
  for (const access::JwtName& name : member.jwts) {
    Require(credentials.insert("jwt " + name.issuer + " " + name.value).second,
            "a JWT names one principal");
  }
  for (const std::string& name : member.certificates) {
    Require(ParseCertificateName(name).ok(), "a certificate's name has its form");
    Require(credentials.insert(name).second, "a certificate's name names one principal");
  }
}

void CheckFile(const AccessFile& file) {
  Require(!file.members.empty(), "there is a principal");
  std::set<std::string> names;
  std::set<std::string> credentials;
  for (const access::Member& member : file.members) {
    Require(names.insert(member.principal.name).second, "a principal's name is its own");
    CheckMember(member, credentials);
  }
  for (const std::string& note : file.notes) fuzz::RequireNoEcho(note);
  std::set<std::string> issuers;
  std::vector<access::TrustedIssuer> trusted;
  for (const IssuerEntry& entry : file.issuers) {
    Require(issuers.insert(entry.issuer.name).second, "an issuer's name is its own");
    Require(!entry.issuer.audiences.empty() && !entry.issuer.algorithms.empty() &&
                !entry.keys_file.empty(),
            "an issuer is whole");
    trusted.push_back({entry.issuer, {}});
  }
  for (const access::Member& member : file.members) {
    for (const access::JwtName& name : member.jwts) {
      Require(issuers.contains(name.issuer), "a JWT is of an issuer of the file");
    }
  }
  const access::Directory directory(file.members, std::move(trusted));
  Require(!directory.open(), "a directory of a file lets in nobody by itself");
  Require(directory.Recognise({}, {}).refusal.has_value() &&
              directory.Recognise({.token = "a token"}, {}).refusal.has_value(),
          "who shows nothing of the file is not recognised");
  for (const access::Member& member : file.members) {
    for (const std::string& name : member.certificates) {
      const std::vector<std::string_view> shown{name};
      const auto found = directory.Recognise({.certificate = shown}, {});
      Require(!found.refusal && found.principal->name == member.principal.name,
              "a certificate names its principal");
    }
  }
}

void Check(const std::string& text) {
  static const std::vector<Account> accounts{{.name = "shop",
                                              .base_url = {},
                                              .account_id = {},
                                              .passcode_file = {},
                                              .hours = {.zone = TimeZone::Find("UTC").value()}}};
  const auto file = ParseAccessFile("access.yaml", text, accounts);
  if (file.ok()) return CheckFile(*file);
  CheckError(file.error());
}

}  // namespace
}  // namespace lethe::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  lethe::runtime::Check(text);
  lethe::runtime::Check(lethe::fuzz::Planted(text));
  return 0;
}
