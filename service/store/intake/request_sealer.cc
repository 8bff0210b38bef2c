#include "store/intake/request_sealer.h"

#include <optional>
#include <string>
#include <string_view>

namespace lethe::store {
namespace {

/// Everything that makes two payloads the same. The length stands before each text, so no two
/// payloads share an encoding. MACs of it are stored: an encoding that changes makes repeats fail.
std::string EncodePayload(const NewRequest& request) {
  std::string payload;
  const auto add = [&payload](std::string_view text) {
    payload += std::to_string(text.size());
    payload += ':';
    payload += text;
  };
  const auto add_time = [&add](const std::optional<TimePoint>& time) {
    add(time ? std::to_string(time->time_since_epoch().count()) : "");
  };
  add(request.account);
  add(Name(request.operation));
  add(Name(request.kind));
  add_time(request.submit_time);
  add_time(request.due_time);
  for (const NewItem& item : request.items) {
    add(std::to_string(item.ordinal));
    add(item.identifier.Reveal());
  }
  add(std::to_string(request.duplicate_count));
  return payload;
}

}  // namespace

SealedRequest SealRequest(const NewRequest& request, const crypto::KeyRing& keys) {
  using crypto::MacPurpose;
  SealedRequest sealed{.principal = request.principal,
                       .lane = {request.account, request.operation, request.kind},
                       .key_hmac = keys.Mac(MacPurpose::kIdempotencyKey, request.idempotency_key),
                       .payload_hmac = keys.Mac(MacPurpose::kPayload, EncodePayload(request)),
                       .items = {},
                       .duplicate_count = request.duplicate_count,
                       .submit_time = request.submit_time,
                       .due_time = request.due_time};
  sealed.items.reserve(request.items.size());
  for (const NewItem& item : request.items) {
    // Sealed for its account: bytes that were moved to another one do not open.
    sealed.items.push_back({item.ordinal, keys.Seal(item.identifier, request.account),
                            keys.Mac(MacPurpose::kIdentifier, item.identifier.Reveal())});
  }
  return sealed;
}

}  // namespace lethe::store
