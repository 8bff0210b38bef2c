// lethed: the commands.

#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>

#include "crypto/key_ring.h"
#include "lethed/check_config.h"
#include "lethed/new_token.h"
#include "lethed/rotate_keys.h"
#include "lethed/serve.h"
#include "runtime/config.h"
#include "runtime/secrets.h"
#include "runtime/system_clock.h"
#include "store/schema/migrations.h"
#include "store/schema/partitions.h"
#include "store/schema/reports.h"
#include "store/schema/rights.h"
#include "store/session/connection.h"
#include "store/session/sql_errors.h"

namespace lethe {
namespace {

using runtime::Config;

std::optional<std::string> ReadEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

int Fail(const Error& error) {
  std::cerr << error.message << "\n";
  return 1;
}

/// Of the sessions of `lethed serve`.
std::string RoleThatServes(const Config& config) {
  const auto session = store::Connect(runtime::DatabaseUrlSource(config.database));
  return session->Use([&] {
    return pqxx::nontransaction(*session).exec("select current_user")[0][0].as<std::string>();
  });
}

int Migrate(const Config& config) {
  try {
    const auto connection = store::Connect(runtime::OwnerUrlSource(config.database));
    const auto report = store::Migrate(
        *connection, store::EmbeddedMigrations(),
        {.tell = [](const std::string& progress) { std::cout << progress << std::endl; }});
    if (!report.ok()) return Fail(report.error());
    const auto partitions = store::EnsurePartitions(*connection, runtime::SystemClock().Now());
    if (!partitions.ok()) return Fail(partitions.error());
    if (const auto& database = config.database;
        database.owner_url || !database.owner_url_file.empty()) {
      store::GrantRights(*connection, RoleThatServes(config));
    }
    if (const std::string& role = config.database.report_role; !role.empty()) {
      store::GrantReports(*connection, role);
    }
    for (const std::string& name : report->applied) std::cout << "applied " << name << "\n";
    std::cout << "the schema is at version " << report->version << "\n";
    return 0;
  } catch (const std::exception& error) {
    return Fail(store::ToError(error));
  }
}

int Main(int argc, char** argv) {
  CLI::App app("lethed takes privacy requests, keeps them, and sees them through at CleverTap.");
  app.set_version_flag("--version", LETHE_VERSION);
  app.require_subcommand(1);
  std::string config_path;
  std::string role = "all";
  const auto with_config = [&](CLI::App* command) {
    command
        ->add_option("--config", config_path,
                     "The YAML file; deploy/local/lethe.yaml has every key")
        ->required();
    return command;
  };
  auto* serve = with_config(app.add_subcommand("serve", "Run the service until SIGTERM or SIGINT"));
  serve->add_option("--role", role, "What this process does")
      ->check(CLI::IsMember({"all", "api", "dispatcher"}))
      ->capture_default_str();
  auto* migrate =
      with_config(app.add_subcommand("migrate", "Bring the database's schema up to date"));
  auto* check = with_config(
      app.add_subcommand("check-config", "Say everything that is wrong with a configuration"));
  bool connect = false;
  check->add_flag("--connect", connect,
                  "Also try the database (role, migrations, writing, whether keys and accounts "
                  "fit it) and each passcode at CleverTap");
  auto* new_token = app.add_subcommand(
      "new-token", "Write a new token to a file, and print its entry for the access file");
  NewTokenOptions token{.out = ""};
  new_token->add_option("--out", token.out, "The file for the token, for its owner only")
      ->required();
  new_token->add_option("--days", token.days, "How long the token counts")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  auto* new_keys = app.add_subcommand("new-keys", "Print a new key file");
  auto* rotate_keys =
      app.add_subcommand("rotate-keys", "Add the next key of each kind to a key file");
  RotateKeysOptions rotation{.file = "", .out = "", .use_newest = false};
  rotate_keys->add_option("--keys", rotation.file, "The key file")->required();
  rotate_keys->add_option("--out", rotation.out,
                          "Write the new file here, instead of in its place");
  rotate_keys->add_flag("--use-newest", rotation.use_newest,
                        "Once every replica has the new keys: let the newest one seal");
  CLI11_PARSE(app, argc, argv);

  // No core dumps, and no other process of this user may look: identifiers and keys are in memory.
  prctl(PR_SET_DUMPABLE, 0);

  if (*new_keys) {
    std::cout << crypto::KeyRing::GenerateFile();
    return 0;
  }
  if (*new_token) return NewToken(token, runtime::SystemClock().Now());
  if (*rotate_keys) return RotateKeys(rotation);
  const auto config = runtime::LoadConfig(config_path, ReadEnvironment);
  if (!config.ok()) return Fail(config.error());
  if (*serve) return Serve(*config, {.api = role != "dispatcher", .dispatcher = role != "api"});
  if (*migrate) return Migrate(*config);
  if (*check) return CheckConfig(*config, connect);
  return 2;
}

/// Starts the program once more with every function of every library bound: binding one at its
/// first call writes registers to the stack that may hold an identifier (decision 19). Where that
/// cannot be done, it goes on as it is.
void BindNow(char** argv) {
  if (getenv("LD_BIND_NOW") != nullptr) return;
  setenv("LD_BIND_NOW", "1", /*overwrite=*/1);
  std::error_code none;
  // By its name, not as /proc/self/exe: `ps` and `top` show what was asked for.
  const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
  execv(program.c_str(), argv);
}

}  // namespace
}  // namespace lethe

int main(int argc, char** argv) {
  lethe::BindNow(argv);
  return lethe::Main(argc, argv);
}
