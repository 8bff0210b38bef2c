#include "cli/client/connection.h"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "cli/client/channel.h"

namespace lethe::cli {
namespace {

using Named = ConnectionOptions::Named;

std::string DefaultConfig() {
  if (const char* home = std::getenv("XDG_CONFIG_HOME"); home != nullptr && *home != '\0') {
    return std::string(home) + "/lethe/config.yaml";
  }
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.config/lethe/config.yaml";
}

enum class Secrecy { kPublic, kSecret };

std::optional<std::string> ReadText(const std::string& path, Secrecy secrecy, std::string& text) {
  if (path.empty()) return std::nullopt;
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::perms mode = fs::status(path, failed).permissions();
  if (secrecy == Secrecy::kSecret && !failed && (mode & fs::perms::others_all) != fs::perms::none) {
    return path + ": everybody on this machine may use it: chmod o= " + path;
  }
  std::ifstream file(path);
  if (!file) return path + ": " + std::generic_category().message(errno);
  std::ostringstream all;
  all << file.rdbuf();
  text = all.str();
  if (text.empty()) return path + ": is empty";
  return std::nullopt;
}

/// Reads one document of the form that deploy/local/run writes.
class ProfileReader {
 public:
  explicit ProfileReader(const std::filesystem::path& file) : file_(file) {}

  std::optional<std::string> Read(std::string name, Named& profile) {
    try {
      const YAML::Node root = YAML::LoadFile(file_);
      if (!root.IsMap()) return Wrong(root, "must be a mapping with `profiles`");
      for (const auto& entry : root) {
        const auto key = entry.first.as<std::string>();
        if (key != "profile" && key != "profiles") {
          return Wrong(entry.first, "unknown key; known here: profile, profiles");
        }
      }
      if (name.empty() && root["profile"]) name = root["profile"].as<std::string>();
      if (name.empty()) return Wrong(root, "names no profile: say `profile: NAME`, or --profile");
      const YAML::Node found = root["profiles"] ? root["profiles"][name] : YAML::Node();
      if (!found || !found.IsMap()) return Wrong(root, "has no profile " + name);
      for (const auto& entry : found) {
        if (auto wrong = Take(entry.first, entry.second, profile)) return wrong;
      }
    } catch (const YAML::Exception& error) {
      return Wrong(error.mark, error.msg);
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> Take(const YAML::Node& key, const YAML::Node& value, Named& profile) {
    const std::map<std::string, std::string*> files{{"ca_file", &profile.ca_file},
                                                    {"certificate_file", &profile.certificate_file},
                                                    {"key_file", &profile.key_file},
                                                    {"token_file", &profile.token_file}};
    const auto name = key.as<std::string>();
    if (const auto file = files.find(name); file != files.end()) {
      *file->second = (file_.parent_path() / value.as<std::string>()).string();
    } else if (name == "server") {
      profile.server = value.as<std::string>();
    } else if (name == "server_name") {
      profile.server_name = value.as<std::string>();
    } else if (name == "tls") {
      profile.tls = value.as<bool>();
    } else {
      return Wrong(key,
                   "unknown key; known here: server, tls, ca_file, certificate_file, key_file, "
                   "server_name, token_file");
    }
    return std::nullopt;
  }

  std::string Wrong(const YAML::Node& at, const std::string& what) const {
    return Wrong(at.Mark(), what);
  }
  std::string Wrong(const YAML::Mark& at, const std::string& what) const {
    const std::string line = at.is_null() ? "" : ":" + std::to_string(at.line + 1);
    return file_.string() + line + ": " + what;
  }

  const std::filesystem::path file_;
};

void UseIfEmpty(std::string& own, const std::string& other) {
  if (own.empty()) own = other;
}

void Complete(Named& named, const Named& profile) {
  UseIfEmpty(named.server, profile.server);
  UseIfEmpty(named.ca_file, profile.ca_file);
  UseIfEmpty(named.server_name, profile.server_name);
  named.tls = named.tls || profile.tls;
  // One's own certificate and its key go together, and a token counts for more.
  if (named.certificate_file.empty() && named.key_file.empty()) {
    named.certificate_file = profile.certificate_file;
    named.key_file = profile.key_file;
  }
  UseIfEmpty(named.token_file, profile.token_file);
}

}  // namespace

void AddConnectionOptions(CLI::App& app, ConnectionOptions& options) {
  constexpr char kGroup[] = "Connection";
  const auto add = [&](const char* name, std::string& value, const char* variable,
                       const char* help) {
    return app.add_option(name, value, help)->envname(variable)->group(kGroup);
  };
  Named& named = options.named;
  add("--server", named.server, "LETHE_SERVER",
      "host:port; to another machine through https_proxy, unless no_proxy names it. Default: the "
      "profile's, or 127.0.0.1:50051");
  app.add_flag("--tls", named.tls, "Speak TLS; any of the next three does as well")
      ->envname("LETHE_TLS")
      ->group(kGroup);
  add("--ca-file", named.ca_file, "LETHE_CA_FILE",
      "The CAs that the server's certificate may be of. Default: those of this machine");
  add("--certificate-file", named.certificate_file, "LETHE_CERTIFICATE_FILE",
      "Your own certificate, in PEM");
  add("--key-file", named.key_file, "LETHE_KEY_FILE", "Its key");
  add("--server-name", named.server_name, "LETHE_SERVER_NAME",
      "The name in the server's certificate, where it is not the host of --server");
  add("--token-file", named.token_file, "LETHE_TOKEN_FILE", "A file with your token");
  add("--config", options.config, "LETHE_CLI_CONFIG",
      "A file of profiles. Default: lethe/config.yaml in $XDG_CONFIG_HOME or ~/.config");
  add("--profile", options.profile, "LETHE_PROFILE", "One of its profiles. Default: its `profile`");
}

std::optional<std::string> ReadProfile(const std::filesystem::path& file, const std::string& name,
                                       ConnectionOptions::Named& profile) {
  return ProfileReader(file).Read(name, profile);
}

std::optional<std::string> Resolve(ConnectionOptions options, Connection& connection) {
  Named& named = options.named;
  const bool asked = !options.config.empty() || !options.profile.empty();
  if (options.config.empty()) options.config = DefaultConfig();
  std::error_code ignored;
  if (asked || std::filesystem::exists(options.config, ignored)) {
    Named profile;
    if (named.server.empty() || !options.profile.empty()) {
      if (auto wrong = ReadProfile(options.config, options.profile, profile)) return wrong;
    }
    Complete(named, profile);
  }
  if (!named.server.empty()) connection.server = named.server;
  if (named.certificate_file.empty() != named.key_file.empty()) {
    return "a certificate and its key go together: --certificate-file and --key-file";
  }
  if (auto wrong = ReadText(named.ca_file, Secrecy::kPublic, connection.ca)) return wrong;
  if (auto wrong = ReadText(named.certificate_file, Secrecy::kPublic, connection.certificate)) {
    return wrong;
  }
  if (auto wrong = ReadText(named.key_file, Secrecy::kSecret, connection.key)) return wrong;
  if (auto wrong = ReadText(named.token_file, Secrecy::kSecret, connection.token)) return wrong;
  while (connection.token.ends_with('\n') || connection.token.ends_with('\r')) {
    connection.token.pop_back();
  }
  connection.tls = named.tls || !connection.ca.empty() || !connection.certificate.empty();
  connection.server_name = named.server_name;
  if (!connection.tls && !connection.token.empty() && !IsThisMachine(connection.server)) {
    return "a token would go to another machine in plaintext: say --tls or --ca-file";
  }
  return std::nullopt;
}

}  // namespace lethe::cli
