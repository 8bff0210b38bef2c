#pragma once

#include <functional>
#include <optional>
#include <string>

#include "access/tls.h"
#include "lethe/result.h"
#include "lethed/observer.h"
#include "runtime/loop.h"
#include "runtime/tls_files.h"

namespace lethe {

/// Keeps the identity by which a port speaks TLS with its files. For one thread.
class TlsUpkeep {
 public:
  /// How often the files are looked at. Certificates are replaced days before they end.
  static constexpr milliseconds kEvery{5'000};

  /// What it works with. All must outlive it.
  struct Parts {
    Port port;
    std::optional<runtime::TlsFiles> files;  ///< Nothing: the port speaks no TLS.
    Observer& observer;
    std::function<Result<access::TlsIdentity>(const runtime::TlsFiles& files)> load;

    /// Told of each identity, the first one as well, and may refuse it; may be empty.
    std::function<Status(const access::TlsIdentity& identity)> use = {};
  };

  explicit TlsUpkeep(Parts parts) : parts_(std::move(parts)) {}

  /// Takes up the files for the first time. Errors: they cannot be used.
  Status Begin();

  /// Takes up files that have changed. Those that cannot be used are said once, and what was in
  /// them before holds until they can.
  runtime::Next Look();

  /// By what new connections are greeted; empty before Begin().
  const access::LiveTls& identity() const { return identity_; }

 private:
  Status TakeUp();

  const Parts parts_;
  const access::LiveTls identity_;

  /// What the port has not taken, last.
  struct Refused {
    access::TlsIdentity identity;
    Error why;
  };
  std::optional<Refused> refused_;

  std::string told_;  ///< The refusal that was told last; empty while the files are good.
};

}  // namespace lethe
