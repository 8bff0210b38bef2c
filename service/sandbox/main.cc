#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <regex>
#include <string>

#include "sandbox/sandbox.h"

namespace {

std::string ReadSecret(const std::string& path) {
  std::ifstream file(path);
  std::string secret{std::istreambuf_iterator<char>(file), {}};
  secret.erase(secret.find_last_not_of(" \t\r\n") + 1);
  return secret;
}

}  // namespace

int main(int argc, char** argv) {
  lethe::sandbox::Options options;
  options.listen = "127.0.0.1:8088";
  std::string passcode_file;
  std::int64_t night_every_ms = 0;

  CLI::App app{"A CleverTap to run on a laptop: strict about the contract, able to misbehave."};
  app.add_option("--listen", options.listen, "HOST:PORT; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--night-every", night_every_ms,
                 "process marked profiles this often: 500ms, 5s, 1m; 0: only when told to")
      ->transform(CLI::AsNumberWithUnit(
          std::map<std::string, std::int64_t>{{"ms", 1}, {"s", 1000}, {"m", 60000}},
          CLI::AsNumberWithUnit::CASE_SENSITIVE))
      ->check(CLI::NonNegativeNumber);
  std::string night_at;
  app.add_option("--night-at", night_at,
                 "process marked profiles once a day at this time of day, HH:MM in UTC")
      ->check([](const std::string& text) {
        const std::regex time("([01][0-9]|2[0-3]):[0-5][0-9]");
        return std::regex_match(text, time) ? std::string() : "must be HH:MM";
      });
  CLI::Option* account = app.add_option("--account-id", options.account_id,
                                        "take these credentials only; without: any");
  CLI::Option* passcode = app.add_option("--passcode-file", passcode_file, "file with the passcode")
                              ->check(CLI::ExistingFile);
  account->needs(passcode);
  passcode->needs(account);
  CLI11_PARSE(app, argc, argv);

  if (!night_at.empty()) {
    options.night_at =
        std::chrono::minutes(60 * std::stoi(night_at.substr(0, 2)) + std::stoi(night_at.substr(3)));
  }
  options.night_every = std::chrono::milliseconds(night_every_ms);
  if (*passcode) {
    options.passcode = ReadSecret(passcode_file);
    if (options.passcode.empty()) {
      std::cerr << "clevertap-sandbox: the passcode file is empty or unreadable\n";
      return 1;
    }
  }

  // Before any thread exists, so that all of them leave the signals to sigwait.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  auto sandbox = lethe::sandbox::Sandbox::Start(options);
  if (!sandbox) {
    std::cerr << "clevertap-sandbox: " << sandbox.error().message << '\n';
    return 1;
  }
  std::cout << "clevertap-sandbox ready on " << (*sandbox)->base_url() << std::endl;
  int received = 0;
  sigwait(&stop_signals, &received);
  return 0;
}
