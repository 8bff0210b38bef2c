#pragma once

#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "lethe/request.h"
#include "lethe/result.h"
#include "store/ids/id_source.h"
#include "store/intake/flush_plan.h"
#include "store/intake/placement.h"

namespace lethe::store {

/// What a writer remembers of its earlier flushes. Where it is outdated, a flush takes another
/// round trip and is right all the same.
struct WriterMemory {
  OpenEnvelopes open;                        ///< What may be appended to.
  std::set<std::string> unlinking_accounts;  ///< Those with requests that Unlinks().
};

/// Commits all requests of the flush in one transaction, and answers each in its place. A request
/// with a known key gets the original's admission, or IDEMPOTENCY_KEY_REUSED if its payload
/// differs.
///
/// Throws what pqxx throws. If the session broke, the flush may be committed or not: write it again
/// under the same ids. Each request is kept once either way.
std::vector<Result<Admission>> WriteFlush(pqxx::connection& session, const Flush& flush,
                                          WriterMemory& memory, IdSource& ids);

}  // namespace lethe::store
