#pragma once

#include <functional>
#include <string>

#include "crypto/live_keys.h"
#include "lethe/result.h"
#include "lethed/observer.h"
#include "store/session/pool.h"

namespace lethe {

/// Keeps the keys that a process works with those of its key file. A ring is used only once the
/// database has admitted it. For one thread.
class KeyUpkeep {
 public:
  /// What it works with. All must outlive it.
  struct Parts {
    store::Pool& pool;
    crypto::LiveKeys keys;
    std::function<Result<crypto::KeyRing>()> load;  ///< The key file as it is now.
    Observer& observer;
  };

  explicit KeyUpkeep(Parts parts);

  /// Takes up a key file that has changed. One that cannot be used is said and counted once, and
  /// the ring before it goes on. Needs a schema that is up to date.
  ///   kFailedPrecondition: there is no ring yet: the file cannot be used, or the database does not
  ///   admit it.
  ///   others: the database cannot be asked.
  Status Look();

 private:
  Status Refuse(const Error& error);

  const Parts parts_;
  std::string told_;  ///< The refusal that was told last.
};

}  // namespace lethe
