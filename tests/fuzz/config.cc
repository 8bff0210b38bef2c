#include "runtime/config.h"

#include <array>
#include <set>

#include "fuzz/memory_file.h"
#include "lethe/project.h"
#include "runtime/config_values.h"

// A choice of a variable and a line with its value, then the YAML file.

namespace lethe::runtime {
namespace {

using fuzz::Require;

constexpr std::array kVariables{"none",
                                "LETHE_DATABASE_URL",
                                "LETHE_DATABASE_OWNER_URL",
                                "LETHE_GRPC_LISTEN",
                                "LETHE_OPERATIONS_LISTEN",
                                "LETHE_LOG_LEVEL"};

void CheckError(const Error& error, const std::string& path) {
  Require(error.code == ErrorCode::kInvalidArgument && error.reason == "BAD_CONFIG" &&
              !error.violations.empty(),
          "a bad configuration is refused with reasons");
  for (const FieldViolation& violation : error.violations) {
    Require(violation.field.starts_with(path) || violation.field.starts_with("LETHE_"),
            "a fault says where");
    Require(!violation.description.empty(), "a fault says what");
    fuzz::RequireNoEcho(violation.field);
    fuzz::RequireNoEcho(violation.description);
  }
  fuzz::RequireNoEcho(error.message);
}

void CheckAccount(const Account& account) {
  const auto again = [](const auto& parsed, const std::string& text) {
    return parsed.ok() && *parsed == text;
  };
  Require(again(ParseSlug(account.name), account.name), "an account's name is a slug");
  Require(again(ParseBaseUrl(account.base_url), account.base_url), "a URL is in its one form");
  Require(again(ParseAccountId(account.account_id), account.account_id), "an id fits a header");
  Require(again(ParseDisassociatePath(account.disassociate_path), account.disassociate_path) &&
              again(ParseProbePath(account.probe_path), account.probe_path),
          "paths are those of no other operation");
  Require(account.concurrency >= 1 && account.concurrency <= kMaxConcurrency,
          "no more calls than CleverTap allows");
  Require(account.verification.share >= 0 && account.verification.share <= 1,
          "a share is one of a whole");
  Require(!account.passcode_file.empty(), "a passcode is in a file");
  Require(!account.hours.sandbox_window || !IsCleverTap(account.base_url),
          "CleverTap's window is not shortened");
}

void CheckConfig(const Config& config) {
  Require(config.database.url.has_value() == config.database.url_file.empty(),
          "there is one way to the database");
  Require(!config.database.owner_url || config.database.owner_url_file.empty(),
          "there is one way to the database as its owner");
  Require(ParseListen(config.grpc_listen).ok() && ParseListen(config.operations_listen).ok(),
          "addresses can be listened on");
  Require(config.dispatcher.lease >= config.dispatcher.call_timeout + kLeaseMargin,
          "a lease outlives its call");
  Require(config.dispatcher.connect_timeout <= config.dispatcher.call_timeout,
          "a call has time for its connection");
  Require(!config.accounts.empty(), "there is an account");
  std::set<std::string> names;
  for (const Account& account : config.accounts) {
    CheckAccount(account);
    Require(names.insert(account.name).second, "an account's name is its own");
    for (const Account& other : config.accounts) {
      Require(&other == &account || !(ProjectOf(other) == ProjectOf(account)),
              "no project has two accounts");
    }
  }
}

void Check(const std::string& yaml, const char* variable, const std::string& value) {
  const fuzz::MemoryFile file(yaml);
  const auto config =
      LoadConfig(file.path(), [&](const std::string& name) -> std::optional<std::string> {
        if (name != variable) return std::nullopt;
        return value;
      });
  if (config.ok()) return CheckConfig(*config);
  CheckError(config.error(), file.path());
}

void Run(fuzz::Input& input) {
  const char* const variable = kVariables[input.Choose(kVariables.size())];
  const std::string value(input.Line());
  const std::string yaml(input.Rest());
  Check(yaml, variable, value);
  Check(fuzz::Planted(yaml), variable, fuzz::Planted(value));
}

}  // namespace
}  // namespace lethe::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::runtime::Run(input);
  return 0;
}
