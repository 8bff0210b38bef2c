#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/account.h"
#include "lethe/redacted.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "runtime/tls_files.h"
#include "telemetry/logging.h"

namespace lethe::runtime {

/// How to reach PostgreSQL, as libpq takes it; often with a password in it.
using DatabaseUrl = Redacted<struct DatabaseUrlTag>;

/// What one process of lethed is told. deploy/local/lethe.yaml documents every key, with its
/// default, unit and reason. File names are absolute or relative to the working directory.
struct Config {
  struct Database {
    std::optional<DatabaseUrl> url;  ///< Exactly one of the two is set.
    std::string url_file;            ///< Holds the URL; see SecretFile.
    int connections = 4;             ///< For reading; writers have their own.

    /// For `lethed migrate`, as the role that owns the tables; at most one of the two. Without it,
    /// one role does both.
    std::optional<DatabaseUrl> owner_url = {};
    std::string owner_url_file = {};

    std::string report_role = {};  ///< Whom `lethed migrate` grants the views; empty: nobody.
  };

  struct Dispatcher {
    milliseconds linger{2'000};
    milliseconds poll{250};
    milliseconds connect_timeout{5'000};
    milliseconds call_timeout{30'000};
    milliseconds lease{90'000};  ///< At least call_timeout + kLeaseMargin.
    int senders = 32;
  };

  /// What tells after a restore of the database which calls it lacks.
  struct Recovery {
    std::string journal;  ///< A directory; empty: calls are remembered in memory only.
    milliseconds keep = std::chrono::days(35);
  };

  std::string grpc_listen = "127.0.0.1:50051";
  std::string operations_listen = "127.0.0.1:9464";

  /// By what the port speaks TLS; nothing: plaintext. That of operations asks for no client
  /// certificate.
  std::optional<TlsFiles> grpc_tls = {};
  std::optional<TlsFiles> operations_tls = {};

  /// Others than this machine may reach the port, though it speaks no TLS: something else encrypts.
  bool grpc_insecure = false;
  bool operations_insecure = false;

  bool grpc_reflection = true;  ///< The port tells strangers what is in proto/.

  Database database;

  /// Who may do what; empty: everyone may do everything, which is for one machine, or where
  /// `access_open` says so.
  std::string access_file;
  bool access_open = false;

  std::string keys_file;
  telemetry::LogOptions log;
  int max_waiting_identifiers = 50'000;
  Dispatcher dispatcher;
  Recovery recovery;
  milliseconds shutdown_grace{25'000};
  std::vector<Account> accounts;  ///< At least one; names and (base_url, account_id) are unique.
};

/// A lease must outlive the call by what it takes to write the claim down before it and the answer
/// after it: milliseconds, with room for a slow database. Too little is never unsafe (a claim whose
/// call no longer fits its lease is given back), it only costs calls and unknown outcomes.
inline constexpr milliseconds kLeaseMargin{2'000};

/// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// These variables win over the file: LETHE_DATABASE_URL (over both database.url and
/// database.url_file), LETHE_DATABASE_OWNER_URL (likewise), LETHE_GRPC_LISTEN,
/// LETHE_OPERATIONS_LISTEN, LETHE_LOG_LEVEL.
///
/// kInvalidArgument (BAD_CONFIG): `violations` has every error found, with `FILE:LINE:COLUMN` or
/// the variable's name as its field, and what would be right; `message` has the same, a line each.
/// Values of secrets are in neither.
Result<Config> LoadConfig(const std::string& path, const Environment& environment);

}  // namespace lethe::runtime
