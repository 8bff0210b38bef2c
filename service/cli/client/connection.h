#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

namespace lethe::cli {

/// Where a server is, and by what it and the caller show who they are.
struct Connection {
  std::string server = "127.0.0.1:50051";  ///< host:port
  bool tls = false;                        ///< Otherwise plaintext.

  // In PEM.
  std::string ca;           ///< Whom to believe; empty: the CAs that this machine believes.
  std::string certificate;  ///< The caller's own; empty: none.
  std::string key;

  std::string server_name;  ///< That of the server's certificate; empty: the host of `server`.
  std::string token;        ///< Empty: none.
};

/// What the command line, the environment and a profile say about it.
struct ConnectionOptions {
  /// Names of files are as of the working directory.
  struct Named {
    std::string server = {};
    bool tls = false;
    std::string ca_file = {};
    std::string certificate_file = {};
    std::string key_file = {};
    std::string server_name = {};
    std::string token_file = {};
  };
  Named named = {};
  std::string config = {};  ///< The file of profiles.
  std::string profile = {};
};

/// Adds the options that every command has, with their variables of the environment.
void AddConnectionOptions(CLI::App& app, ConnectionOptions& options);

/// The profile `name` of a file; of an empty name the one that the file itself names. Files that it
/// names are relative to it. Says what is wrong, with the line.
std::optional<std::string> ReadProfile(const std::filesystem::path& file, const std::string& name,
                                       ConnectionOptions::Named& profile);

/// Puts together what the options say, and reads the files that they name. A profile's credentials
/// go to its own server alone: where another one is named, only a profile that is named too counts.
/// Says what is wrong.
std::optional<std::string> Resolve(ConnectionOptions options, Connection& connection);

}  // namespace lethe::cli
