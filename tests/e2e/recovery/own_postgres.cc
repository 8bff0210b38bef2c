#include "e2e/recovery/own_postgres.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <pqxx/pqxx>
#include <stdexcept>

#include "store/schema/migrations.h"
#include "store/schema/partitions.h"
#include "store/schema/rights.h"

namespace lethe::test {
namespace {

constexpr char kScript[] = LETHE_SOURCE_DIR "/deploy/local/postgres";

void RunShell(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string OwnerOf(std::string url) {
  const std::string lethe = "user=lethe";
  return url.replace(url.find(lethe), lethe.size(), "user=lethe_owner");
}

}  // namespace

OwnPostgres::OwnPostgres() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lethe-own-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  directory_ = pattern;
  Start();
  const std::string file = directory_ + ".url";
  Script("url", " >" + file);
  if (std::FILE* text = std::fopen(file.c_str(), "r")) {
    for (int c = 0; (c = std::fgetc(text)) != EOF && c != '\n';) url_ += static_cast<char>(c);
    std::fclose(text);
  }
  std::filesystem::remove(file);
  pqxx::connection connection(OwnerOf(url_));
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  if (!store::Migrate(connection, store::EmbeddedMigrations()).ok() ||
      !store::EnsurePartitions(connection, now).ok()) {
    throw std::runtime_error("the migrations fail on an empty database");
  }
  store::GrantRights(connection, "lethe");
}

OwnPostgres::~OwnPostgres() {
  const std::string command = std::string(kScript) + " remove " + directory_;
  if (std::system(command.c_str()) != 0) std::perror(command.c_str());
}

pqxx::result OwnPostgres::Run(const std::string& sql) const {
  pqxx::connection connection(OwnerOf(url_));
  pqxx::nontransaction work(connection);
  return work.exec(sql);
}

void OwnPostgres::Start() const { Script("start", " --fast --owner " + std::to_string(getpid())); }

void OwnPostgres::Restart() const {
  Script("stop");
  Start();
}

void OwnPostgres::KeepCopy() const {
  Script("stop");
  RunShell("cp -a " + directory_ + "/data " + directory_ + "/before");
  Start();
}

void OwnPostgres::PutCopyBack() const {
  Script("stop");
  RunShell("rm -rf " + directory_ + "/data && mv " + directory_ + "/before " + directory_ +
           "/data");
  Start();
}

void OwnPostgres::Script(const std::string& command, const std::string& rest) const {
  RunShell(std::string(kScript) + ' ' + command + ' ' + directory_ + rest);
}

}  // namespace lethe::test
