#pragma once

#include <pqxx/pqxx>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lethe/request.h"
#include "lethe/result.h"
#include "store/ids/id_source.h"
#include "store/intake/placement.h"
#include "store/intake/sealed_request.h"

namespace lethe::store {

/// What a writer knows from its flushes before; wrong knowledge costs a round trip, nothing else.
struct WriterMemory {
  OpenEnvelopes open;               ///< What may be appended to.
  std::set<std::string> unlinking;  ///< Accounts that have requests which unlink identities.
};

/// Makes all requests durable in one transaction, and answers each. A repeated key gets the
/// original's answer, or IDEMPOTENCY_KEY_REUSED if its payload differs.
///
/// Throws what pqxx throws. If the session broke meanwhile, nobody knows whether they were kept:
/// writing them again, under the same ids, finds out. They are kept once either way.
std::vector<Result<Admission>> WriteRequests(pqxx::connection& session,
                                             std::span<const NumberedRequest> requests,
                                             WriterMemory& memory, IdSource& ids, TimePoint now);

}  // namespace lethe::store
