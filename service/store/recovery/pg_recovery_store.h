#pragma once

#include "lethe/recovery.h"
#include "store/session/pool.h"

namespace lethe::store {

/// What processes have found to be lost (HistoryCheck), in PostgreSQL.
class PgRecoveryStore final : public RecoveryStore {
 public:
  /// `pool` outlives the store.
  explicit PgRecoveryStore(Pool& pool) : pool_(pool) {}

  Result<Recovery> Show() override;
  Result<Recovery> Resume(const ResumeRecovery& resume) override;

 private:
  Pool& pool_;
};

}  // namespace lethe::store
