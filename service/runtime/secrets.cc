#include "runtime/secrets.h"

#include <utility>

#include "runtime/secret_file.h"

namespace lethe::runtime {

std::function<Result<std::string>()> DatabaseUrlSource(const Config::Database& database) {
  if (database.url) {
    return [url = database.url->Reveal()] { return Result<std::string>(url); };
  }
  return [file = SecretFile(database.url_file)] { return file.Read(); };
}

Result<crypto::KeyRing> LoadKeys(const Config& config) {
  const auto text = SecretFile(config.keys_file).Read();
  if (!text.ok()) return text.error();
  return crypto::KeyRing::Parse(*text);
}

Result<Passcode> ReadPasscode(const Account& account) {
  auto text = SecretFile(account.passcode_file).Read();
  if (!text.ok()) return text.error();
  return Passcode(std::move(*text));
}

}  // namespace lethe::runtime
