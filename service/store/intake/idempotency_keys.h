#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <vector>

#include "lethe/request.h"
#include "lethe/result.h"
#include "store/intake/sealed_request.h"

namespace lethe::store {

/// Of each request, whether it is the first among these with its key. Every principal has keys of
/// its own; accounts are not told apart, because the first account writes the key in another form.
std::vector<bool> FirstOfTheirKeys(std::span<const NumberedRequest> requests);

/// What becomes of each request by its key: nothing, if the key is new on its account and now
/// written; otherwise its answer. That is the admission of the first request with the key, or
/// IDEMPOTENCY_KEY_REUSED with what differs, if the payloads do. The first request may be the same
/// one, kept by a try whose answer was lost; then it is not a repeat. Throws what pqxx throws.
///
/// A key is written under every MAC key of the ring and looked up under every one, all or nothing:
/// of two replicas whose rings share a MAC key only one writes it.
std::vector<std::optional<Result<Admission>>> ClaimKeys(pqxx::work& work,
                                                        std::span<const NumberedRequest> requests,
                                                        TimePoint now);

}  // namespace lethe::store
