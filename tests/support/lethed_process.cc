#include "support/lethed_process.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "crypto/key_ring.h"
#include "support/eventually.h"
#include "support/http.h"

namespace lethe::test {
namespace {

using std::chrono::seconds;

constexpr char kLethed[] = LETHE_BIN_DIR "/lethed";

void Write(const std::filesystem::path& path, const std::string& text) {
  // Replaced, not rewritten: a reader sees the old content or the new.
  const std::filesystem::path fresh = path.string() + ".new";
  std::ofstream(fresh) << text;
  std::filesystem::permissions(
      fresh, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(fresh, path);
}

std::string Yaml(const LethedOptions& options) {
  std::ostringstream yaml;
  const auto more = [](const std::string& settings) {
    return settings.empty() ? "}\n" : ", " + settings + "}\n";
  };
  yaml << "grpc: {listen: '" << options.grpc_listen << "'" << more(options.grpc_settings)
       << "operations: {listen: '" << options.operations_listen << "'"
       << more(options.operations_settings) << "database: {url: '" << options.database_url
       << (options.owner_url.empty() ? "" : "', owner_url: '" + options.owner_url) << "'}\n"
       << "keys_file: keys\n"
       << (options.access.empty() ? "" : "access: {file: access.yaml}\n")
       << "log: {level: " << options.log_level << "}\n"
       << "dispatcher: " << options.dispatcher << "\n"
       << (options.journal.empty() ? "" : "recovery: {journal: '" + options.journal + "'}\n")
       << "accounts:\n";
  for (const std::string& account : options.accounts) {
    yaml << "  - {name: " << account << ", base_url: '" << options.vendor_url
         << "', account_id: TEST-" << account << ", passcode_file: passcode-" << account
         << ", time_zone: Asia/Kolkata, resend_horizon: " << options.resend_horizon;
    if (!options.sandbox_window.empty()) yaml << ", sandbox_window: " << options.sandbox_window;
    if (!options.account_settings.empty()) yaml << ", " << options.account_settings;
    yaml << "}\n";
  }
  return yaml.str();
}

/// The line of the log with this message, if it is there.
std::optional<nlohmann::json> FindLine(const std::string& log, const std::string& message) {
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    auto parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_object() && parsed.value("message", "") == message) return parsed;
  }
  return std::nullopt;
}

}  // namespace

Lethed::Lethed(std::vector<std::string> argv, const std::filesystem::path& directory,
               const std::string& name)
    : process_(std::move(argv), directory, name) {
  std::optional<nlohmann::json> started;
  Eventually([&] {
    started = FindLine(process_.out(), "lethed.started");
    return started || !process_.running();
  });
  if (!started) throw std::runtime_error("lethed does not start: " + process_.err());
  grpc_port_ = started->at("grpc_port");
  operations_port_ = started->at("operations_port");
}

Lethed::Page Lethed::Get(const std::string& path) const {
  auto reply =
      HttpClient().Send({.url = "http://127.0.0.1:" + std::to_string(operations_port_) + path});
  return {reply.status, std::move(reply.body)};
}

double Lethed::Metric(const std::string& series) const {
  double sum = 0;
  std::istringstream lines(Get("/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series)) sum += std::stod(line.substr(line.rfind(' ')));
  }
  return sum;
}

LethedFiles::LethedFiles(const LethedOptions& options)
    : lethed_(options.lethed.empty() ? kLethed : options.lethed) {
  std::string pattern = (std::filesystem::temp_directory_path() / "lethed-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  directory_ = pattern;
  Write(config(), Yaml(options));
  if (!options.access.empty()) SetAccess(options.access);
  SetKeys(options.key_file.empty() ? crypto::KeyRing::GenerateFile() : options.key_file);
  for (const std::string& account : options.accounts) SetPasscode(account, options.passcode);
}

LethedFiles::~LethedFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void LethedFiles::SetPasscode(const std::string& account, const std::string& passcode) const {
  Write(directory_ / ("passcode-" + account), passcode + "\n");
}

void LethedFiles::SetKeys(const std::string& key_file) const {
  Write(directory_ / "keys", key_file);
}

void LethedFiles::SetAccess(const std::string& access) const {
  Write(directory_ / "access.yaml", access);
}

void LethedFiles::SetFile(const std::string& name, const std::string& text) const {
  Write(directory_ / name, text);
}

LethedFiles::Token LethedFiles::NewToken() {
  const std::filesystem::path file = directory_ / NextName("token");
  const Finished made = RunToItsEnd({"new-token", "--out", file.string()});
  Token token{.token = "", .entry = made.out};
  std::getline(std::ifstream(file) >> std::ws, token.token);
  return token;
}

LethedFiles::Finished LethedFiles::RunWith(std::vector<std::string> command) {
  command.insert(command.end(), {"--config", config().string()});
  return RunToItsEnd(command);
}

LethedFiles::Finished LethedFiles::Rotate(const std::vector<std::string>& options) {
  std::vector<std::string> arguments{"rotate-keys", "--keys", (directory_ / "keys").string()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return RunToItsEnd(arguments);
}

LethedFiles::Finished LethedFiles::RunToItsEnd(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{lethed_};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Process process(argv, directory_, NextName(arguments.front()));
  const auto exit = process.Wait(seconds(60));
  if (!exit) throw std::runtime_error("lethed " + arguments.front() + " does not end");
  return {exit->code, process.out(), process.err()};
}

std::unique_ptr<Lethed> LethedFiles::Start(const std::string& role,
                                           const std::vector<std::string>& environment) {
  std::vector<std::string> argv{"/usr/bin/env"};
  argv.insert(argv.end(), environment.begin(), environment.end());
  argv.insert(argv.end(), {lethed_, "serve", "--config", config().string(), "--role", role});
  return std::unique_ptr<Lethed>(new Lethed(std::move(argv), directory_, NextName("serve")));
}

std::unique_ptr<Lethed> LethedFiles::StartReady(const std::string& role,
                                                const std::vector<std::string>& environment) {
  auto lethed = Start(role, environment);
  if (!Eventually([&] { return lethed->ready(); })) {
    throw std::runtime_error("lethed does not become ready: " + lethed->process().out());
  }
  return lethed;
}

std::string LethedFiles::Printed() const {
  std::ostringstream all;
  for (const auto& file : std::filesystem::directory_iterator(directory_)) {
    const auto extension = file.path().extension();
    if (extension == ".out" || extension == ".err") all << std::ifstream(file.path()).rdbuf();
    all.clear();  // an empty file sets failbit
  }
  return all.str();
}

std::string LethedFiles::NextName(const std::string& what) {
  return what + "-" + std::to_string(++runs_);
}

}  // namespace lethe::test
