#include "store/changing/pg_subject_holds.h"

#include <optional>
#include <utility>
#include <vector>

#include "lethe/reasons.h"
#include "store/accounts/sql.h"
#include "store/changing/sql.h"

namespace lethe::store {
namespace {

/// Counts the person's unfinished items, and lets those that are on hold go on if they are
/// released.
void Meet(pqxx::work& work, const SubjectHoldParams& params,
          const std::vector<crypto::Bytes>& digests, SubjectHoldEffect& effect) {
  sql::FindSubjectItems find{.account = params.account};
  for (const crypto::Bytes& digest : digests) find.digests.Add({.digest = digest});
  sql::ReleaseSubjectBatches release;
  for (const auto& row : find.Run(work)) {
    if (row.state == BatchState::kSending) {
      ++effect.being_sent;
    } else if (row.state == BatchState::kAccepted) {
      ++effect.accepted;
    } else {
      ++effect.waiting;
    }
    if (row.reason == Name(Reason::kSubjectOnHold)) {
      release.batches.Add({.envelope = row.envelope, .lo = row.lo});
    }
  }
  if (effect.changed && !params.holds && !params.preview) release.Run(work);
}

}  // namespace

PgSubjectHolds::PgSubjectHolds(crypto::LiveKeys keys, Pool& pool)
    : keys_(std::move(keys)), pool_(pool) {}

Result<SubjectHoldEffect> PgSubjectHolds::Change(const SubjectHoldParams& params) {
  const std::optional<crypto::KeyRing> keys = keys_.Find();
  if (!keys) return Unavailable("the key file is not checked against the database yet: try again");
  const std::vector<crypto::Bytes> digests =
      keys->Macs(crypto::MacPurpose::kIdentifier, params.subject.Reveal());
  return pool_.With([&](pqxx::connection& connection) -> Result<SubjectHoldEffect> {
    pqxx::work work(connection);
    sql::LockAccount{.account = params.account}.Run(work);
    SubjectHoldEffect effect;
    if (params.holds) {
      sql::HoldSubject hold{.account = params.account,
                            .principal = params.by.principal,
                            .reason = params.by.justification};
      for (const crypto::Bytes& digest : digests) hold.digests.Add({.digest = digest});
      effect.changed = !hold.Run(work).empty();
    } else {
      sql::ReleaseSubject release{.account = params.account,
                                  .principal = params.by.principal,
                                  .reason = params.by.justification};
      for (const crypto::Bytes& digest : digests) release.digests.Add({.digest = digest});
      effect.changed = !release.Run(work).empty();
    }
    Meet(work, params, digests, effect);
    if (!params.preview) work.commit();
    return effect;
  });
}

}  // namespace lethe::store
