#pragma once

#include <functional>

#include "lethe/pause_store.h"
#include "lethe/time.h"
#include "store/session/pool.h"

namespace lethe::store {

/// Pauses in PostgreSQL. A pause is written under a lock that every claim of a call shares, and
/// claims look at it in a statement after the one that took the lock: a claim is either seen by the
/// pause as a lease, or sees the pause.
class PgPauseStore final : public PauseStore {
 public:
  /// `pool` and `clock` outlive the store. `sleep` waits between two looks at the calls under way.
  PgPauseStore(Pool& pool, const Clock& clock, std::function<void(milliseconds)> sleep);

  Result<PauseInForce> Begin(const NewPause& pause) override;
  Result<std::vector<Pause>> End(const EndPause& end) override;
  Result<std::vector<Pause>> List() override;

 private:
  Result<Pause> Write(const NewPause& pause);
  Result<int> CallsUnderWay(const PauseScope& scope);

  Pool& pool_;
  const Clock& clock_;
  const std::function<void(milliseconds)> sleep_;
};

/// Those in force, as PauseStore::List() has them. Throws what pqxx throws.
std::vector<Pause> ReadPauses(pqxx::transaction_base& work);

}  // namespace lethe::store
