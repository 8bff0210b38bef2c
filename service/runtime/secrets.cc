#include "runtime/secrets.h"

#include <algorithm>
#include <string_view>

#include "lethe/reasons.h"
#include "runtime/secret_file.h"

namespace lethe::runtime {
namespace {

// Beyond ASCII there are more kinds of white space, and no passcode.
bool IsNoPasscodeCharacter(unsigned char c) { return c <= 0x20 || c >= 0x7f; }

std::function<Result<std::string>()> UrlSource(const std::optional<DatabaseUrl>& url,
                                               const std::string& file) {
  if (url) return [text = url->Reveal()] { return Result<std::string>(text); };
  return [secret = SecretFile(file)] { return secret.Read(); };
}

}  // namespace

std::function<Result<std::string>()> DatabaseUrlSource(const Config::Database& database) {
  return UrlSource(database.url, database.url_file);
}

std::function<Result<std::string>()> OwnerUrlSource(const Config::Database& database) {
  if (!database.owner_url && database.owner_url_file.empty()) return DatabaseUrlSource(database);
  return UrlSource(database.owner_url, database.owner_url_file);
}

Result<crypto::KeyRing> LoadKeys(const Config& config) {
  const auto text = SecretFile(config.keys_file).Read();
  if (!text.ok()) return text.error();
  return crypto::KeyRing::Parse(*text);
}

Result<std::vector<Passcode>> ReadPasscodes(const Account& account) {
  const auto text = SecretFile(account.passcode_file).Read();
  if (!text.ok()) return text.error();
  const auto unusable = [&](const std::string& why) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kSecretFile),
                 "passcode file " + account.passcode_file + ": " + why};
  };
  std::vector<Passcode> passcodes;
  std::string_view rest = *text;
  for (bool more = true; more;) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string number = std::to_string(passcodes.size() + 1);
    if (passcodes.size() == kMaxPasscodes) {
      return unusable("has more than two lines; a passcode and its successor are all it may hold");
    }
    if (line.empty()) return unusable("line " + number + " is empty");
    if (std::ranges::any_of(line, IsNoPasscodeCharacter)) {
      return unusable("line " + number +
                      " has white space, control characters or others beyond ASCII in it");
    }
    passcodes.emplace_back(std::string(line));
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + 1);
  }
  return passcodes;
}

}  // namespace lethe::runtime
