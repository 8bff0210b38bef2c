#pragma once

#include <pqxx/pqxx>

#include "crypto/key_ring.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe::store {

/// How long AdmitRing() may take: it goes through the requests of all years, page by page. Less
/// than a pass may (runtime::Loop::kStuckAfter).
inline constexpr milliseconds kAdmitRingWithin{100'000};

/// Whether a process may work with this ring on this database. If so, the ring's keys are known
/// from then on, and keys that it lacks and no row needs are retired. A key is needed if
///   - seal: something that may still be sent or looked at is sealed with it;
///   - mac: a request has its key, payload and digests under no MAC key of the ring.
/// A look for rows takes long only where a ring lacks a key for the first time.
///   kFailedPrecondition (KEYS_REFUSED): as CheckRing(), or the ring lacks a key that is needed.
/// Throws what pqxx throws.
Status AdmitRing(pqxx::connection& connection, const crypto::KeyRing& ring);

/// What AdmitRing() would answer. Changes nothing.
Status WouldAdmitRing(pqxx::connection& connection, const crypto::KeyRing& ring);

}  // namespace lethe::store
