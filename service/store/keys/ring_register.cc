#include "store/keys/ring_register.h"

#include <vector>

#include "store/keys/ring_check.h"
#include "store/keys/sql.h"

namespace lethe::store {
namespace {

using crypto::KeyId;
using crypto::KeyKind;

std::vector<KnownKey> ReadKnownKeys(pqxx::work& work) {
  std::vector<KnownKey> known;
  for (auto& row : sql::KnownKeys{}.Run(work)) {
    known.push_back({.kind = row.kind == Name(KeyKind::kSeal) ? KeyKind::kSeal : KeyKind::kMac,
                     .number = static_cast<std::uint32_t>(row.number),
                     .fingerprint = std::move(row.fingerprint),
                     .retired = row.retired});
  }
  return known;
}

/// Rows that one statement looks at: some milliseconds, and more than an envelope has batches.
constexpr int kPage = 5000;

bool SomethingIsSealedWith(pqxx::work& work, std::uint32_t number) {
  for (EnvelopeId from{0};;) {
    const auto page =
        OnlyRow(work, sql::FindSealKey{.number = number, .from = from, .limit = kPage});
    if (page.found) return true;
    if (page.batches < kPage) return false;
    from = *page.last;
  }
}

bool ARequestHasOnly(pqxx::work& work, std::uint32_t number, const std::vector<KeyId>& ring) {
  for (RequestId after{0};;) {
    sql::FindMacKey query{.number = number, .after = after, .limit = kPage};
    for (const KeyId& own : ring) {
      if (own.kind == KeyKind::kMac) query.ring.Add(std::int64_t{own.number});
    }
    const auto page = OnlyRow(work, query);
    if (page.found) return true;
    if (page.requests < kPage) return false;
    after = *page.last;
  }
}

bool IsNeeded(pqxx::work& work, const KnownKey& key, const std::vector<KeyId>& ring) {
  return key.kind == KeyKind::kSeal ? SomethingIsSealedWith(work, key.number)
                                    : ARequestHasOnly(work, key.number, ring);
}

/// As AdmitRing(), in a transaction that its caller commits or not.
Status Admit(pqxx::work& work, const crypto::KeyRing& ring) {
  sql::LockKeys{}.Run(work);
  const std::vector<KeyId> ids = ring.Ids();
  const auto check = CheckRing(ReadKnownKeys(work), ids);
  if (!check.ok()) return check.error();
  std::vector<KnownKey> needed;
  for (const KnownKey& key : check->missing) {
    if (IsNeeded(work, key, ids)) needed.push_back(key);
  }
  if (!needed.empty()) return LacksNeededKeys(needed);

  for (const KnownKey& key : check->missing) {
    sql::RetireKey{.kind = Name(key.kind), .number = key.number}.Run(work);
  }
  sql::NoteKeys note;
  for (const KeyId& id : ids) {
    note.keys.Add({.kind = Name(id.kind), .number = id.number, .fingerprint = id.fingerprint});
  }
  note.Run(work);
  return Ok();
}

}  // namespace

Status AdmitRing(pqxx::connection& connection, const crypto::KeyRing& ring) {
  pqxx::work work(connection);
  Status admitted = Admit(work, ring);
  if (admitted.ok()) work.commit();
  return admitted;
}

Status WouldAdmitRing(pqxx::connection& connection, const crypto::KeyRing& ring) {
  pqxx::work work(connection);
  return Admit(work, ring);
}

}  // namespace lethe::store
