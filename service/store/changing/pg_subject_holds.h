#pragma once

#include "crypto/live_keys.h"
#include "lethe/subject_holds.h"
#include "store/session/pool.h"

namespace lethe::store {

/// Holds in PostgreSQL, by the person's digests: a claim looks them up under the account's lock.
class PgSubjectHolds final : public SubjectHolds {
 public:
  PgSubjectHolds(crypto::LiveKeys keys, Pool& pool);

  Result<SubjectHoldEffect> Change(const SubjectHoldParams& params) override;

 private:
  const crypto::LiveKeys keys_;
  Pool& pool_;
};

}  // namespace lethe::store
