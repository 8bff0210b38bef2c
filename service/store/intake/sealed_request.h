#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/request.h"
#include "lethe/time.h"
#include "store/intake/placement.h"

namespace lethe::store {

struct SealedItem {
  int ordinal;
  crypto::Bytes sealed;
  crypto::Bytes digest;
};

/// A request as it is written: its identifiers cannot be read without the keys.
struct SealedRequest {
  std::string principal;
  Lane lane;
  crypto::Bytes key_hmac;
  crypto::Bytes payload_hmac;
  std::vector<SealedItem> items;
  int duplicate_count;
  std::optional<TimePoint> submit_time;
  std::optional<TimePoint> due_time;
};

/// A request and the id that it is written under.
struct NumberedRequest {
  RequestId id;
  const SealedRequest* request;
};

}  // namespace lethe::store
