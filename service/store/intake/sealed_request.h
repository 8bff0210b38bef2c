#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/due_time.h"
#include "lethe/request.h"
#include "lethe/time.h"
#include "store/intake/placement.h"

namespace lethe::store {

struct SealedItem {
  int ordinal;
  crypto::Bytes sealed;
  crypto::Bytes digest;                          ///< Under the oldest MAC key of the ring.
  std::vector<crypto::Bytes> more_digests = {};  ///< Under the others.
};

/// An idempotency key and its payload under one MAC key.
struct KeyForm {
  crypto::Bytes key_hmac;
  /// Of the key within its account: written instead of `key_hmac` where another account of the
  /// principal has the key already.
  crypto::Bytes account_key_hmac;
  crypto::Bytes payload_hmac;
};

/// A request as it is written: its identifiers cannot be read without the keys.
struct SealedRequest {
  std::string principal;
  Lane lane;
  std::vector<KeyForm> key_forms;  ///< Under each MAC key of the ring, the oldest first.
  std::vector<SealedItem> items;
  int duplicate_count;
  std::optional<TimePoint> submit_time;
  std::optional<TimePoint> due_time;          ///< As its caller gave it.
  std::optional<DefaultDueTime> by_law = {};  ///< Where the caller gave none.
  std::optional<TimePoint> due_by = {};       ///< As it counts: SetDueTime().
  std::optional<RequestId> retry_of = {};
};

/// Sets what follows from when the request is accepted: when it is due, and its lane's class.
void SetDueTime(SealedRequest& request, TimePoint create_time);

/// What the request's place in the order of sending is by: its due time, but what is past due goes
/// in the order in which it came, and not before all others.
TimePoint SendingDue(const SealedRequest& request, TimePoint create_time);

/// A request and the id that it is written under.
struct NumberedRequest {
  RequestId id;
  const SealedRequest* request;
};

}  // namespace lethe::store
