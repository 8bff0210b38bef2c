#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/process.h"

namespace lethe::test {

struct LethedOptions {
  std::string database_url;
  std::string vendor_url;
  std::vector<std::string> accounts = {"shop"};  ///< The account id of NAME is `TEST-NAME`.
  std::string passcode = "passcode";             ///< Of every account, at first.
  std::string grpc_listen = "127.0.0.1:0";
  std::string operations_listen = "127.0.0.1:0";
  std::string grpc_settings = {};        ///< Further `key: value` pairs of the port.
  std::string operations_settings = {};  ///< Likewise.
  std::string log_level = "info";

  /// As in the configuration.
  std::string dispatcher =
      "{linger: 50ms, poll: 20ms, connect_timeout: 1s, call_timeout: 1s, lease: 3s, senders: 16}";

  /// Of every account; empty: CleverTap's own windows.
  std::string sandbox_window = "300ms";

  /// As in the configuration. Longer than the windows here, so that what a killed process leaves
  /// behind can be sent again.
  std::string resend_horizon = "{erasure: 1h, demerge: 1h}";

  std::string account_settings = {};  ///< Further `key: value` pairs of every account.

  std::string key_file = {};  ///< What it says; empty: fresh keys.

  std::string access = {};  ///< What the access file says; empty: there is none.

  std::string lethed = {};  ///< The program; empty: this build's.

  std::string journal = {};  ///< Directory; empty: none.

  std::string owner_url =
      {};  ///< For `lethed migrate`; empty: the role that serves owns the tables.
};

/// A `lethed serve` that runs. It may be killed at any time.
class Lethed {
 public:
  Process& process() { return process_; }
  int grpc_port() const { return grpc_port_; }  ///< 0 for a dispatcher.
  int operations_port() const { return operations_port_; }

  struct Page {
    int status = 0;  ///< 0: no answer.
    std::string body = {};
  };
  /// Of the operations port: `/metrics` and the like.
  Page Get(const std::string& path) const;
  bool ready() const { return Get("/readyz").status == 200; }

  /// The sum of a metric's series whose line begins with `series`: the name, perhaps with a
  /// beginning of its labels. Labels are in alphabetical order.
  double Metric(const std::string& series) const;

 private:
  friend class LethedFiles;
  Lethed(std::vector<std::string> argv, const std::filesystem::path& directory,
         const std::string& name);

  Process process_;
  int grpc_port_ = 0;
  int operations_port_ = 0;
};

/// Configuration, keys and passcodes that replicas of lethed share, in a directory of their own.
/// Times are short unless the options say otherwise.
class LethedFiles {
 public:
  explicit LethedFiles(const LethedOptions& options);
  ~LethedFiles();
  LethedFiles(const LethedFiles&) = delete;
  LethedFiles& operator=(const LethedFiles&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path config() const { return directory_ / "lethe.yaml"; }
  void SetPasscode(const std::string& account, const std::string& passcode) const;

  void SetKeys(const std::string& key_file) const;

  /// Only where the options had one.
  void SetAccess(const std::string& access) const;

  /// Another file beside the configuration, for its owner only.
  void SetFile(const std::string& name, const std::string& text) const;

  /// Runs `lethed COMMAND --config ..` to its end; throws if it takes a minute.
  struct Finished {
    int exit_code;
    std::string out;
    std::string err;
  };
  Finished Run(const std::string& command) { return RunWith({command}); }
  /// The same, with further arguments behind the command.
  Finished RunWith(std::vector<std::string> command);

  /// Runs `lethed rotate-keys` on the key file.
  Finished Rotate(const std::vector<std::string>& options);

  /// Runs `lethed new-token` and returns the token, and its entry for the access file.
  struct Token {
    std::string token;
    std::string entry;
  };
  Token NewToken();

  /// Starts `lethed serve` and waits until it listens; throws with what it printed if it does not.
  /// `environment`: further `NAME=value` of the process.
  std::unique_ptr<Lethed> Start(const std::string& role = "all",
                                const std::vector<std::string>& environment = {});
  /// Start(), and waits until it is ready.
  std::unique_ptr<Lethed> StartReady(const std::string& role = "all",
                                     const std::vector<std::string>& environment = {});

  /// All that any lethed of these files has printed, on both streams.
  std::string Printed() const;

 private:
  Finished RunToItsEnd(const std::vector<std::string>& arguments);
  std::string NextName(const std::string& what);

  std::string lethed_;
  std::filesystem::path directory_;
  int runs_ = 0;
};

}  // namespace lethe::test
