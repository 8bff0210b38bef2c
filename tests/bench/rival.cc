#include "bench/rival.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "support/eventually.h"

namespace lethe::bench {
namespace {

constexpr std::chrono::minutes kLongest{3};

std::filesystem::path Directory() {
  const char* directory = std::getenv("LETHE_BENCH_RIVALS");
  if (directory == nullptr) {
    throw std::runtime_error("LETHE_BENCH_RIVALS names no directory: start with tests/bench/run");
  }
  return directory;
}

std::vector<std::string> CommandLine(const std::string& name,
                                     const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{"/usr/bin/env", "node", Directory() / (name + ".mjs")};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

}  // namespace

double RunRival(const std::string& name, const std::vector<std::string>& arguments) {
  test::Process process(CommandLine(name, arguments), Directory(), name);
  const auto exit = process.Wait(kLongest);
  const auto printed = nlohmann::json::parse(process.out(), nullptr, /*allow_exceptions=*/false);
  if (exit != test::Exit{.code = 0} || !printed.is_object()) {
    throw std::runtime_error(name + " failed: " + process.out() + process.err());
  }
  return printed.at("per_second");
}

PeerServer PeerServer::Rival(const std::string& name, const std::string& database_url) {
  return {CommandLine(name, {database_url}), name};
}

PeerServer PeerServer::Empty() { return {{LETHE_BIN_DIR "/bench_peer_server"}, "peer_server"}; }

PeerServer::PeerServer(std::vector<std::string> argv, const std::string& name)
    : process_(std::make_unique<test::Process>(std::move(argv), Directory(), name)) {
  test::Eventually([&] { return process_->out().ends_with('\n') || !process_->running(); });
  const auto printed = nlohmann::json::parse(process_->out(), nullptr, /*allow_exceptions=*/false);
  if (!printed.is_object()) throw std::runtime_error(name + " does not serve: " + process_->err());
  port_ = printed.at("port");
}

}  // namespace lethe::bench
