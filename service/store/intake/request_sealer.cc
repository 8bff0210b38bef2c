#include "store/intake/request_sealer.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  if (request.retry_of) {
    add("retry of");
    add(std::to_string(ToInt(*request.retry_of)));
    for (const int ordinal : request.retried_ordinals) add(std::to_string(ordinal));
    return payload;
  }
  for (const NewItem& item : request.items) {
    add(std::to_string(item.ordinal));
    add(item.identifier.Reveal());
  }
  add(std::to_string(request.duplicate_count));
  return payload;
}

/// The key within its account. No two pairs share a text: an account's name has no colon.
std::string AccountKey(const NewRequest& request) {
  return request.account + ":" + request.idempotency_key;
}

std::vector<KeyForm> KeyFormsOf(const NewRequest& request, const crypto::KeyRing& keys) {
  using crypto::MacPurpose;
  std::vector<crypto::Bytes> plain =
      keys.Macs(MacPurpose::kIdempotencyKey, request.idempotency_key);
  std::vector<crypto::Bytes> of_account = keys.Macs(MacPurpose::kAccountKey, AccountKey(request));
  std::vector<crypto::Bytes> payload = keys.Macs(MacPurpose::kPayload, EncodePayload(request));
  std::vector<KeyForm> forms;
  forms.reserve(plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    forms.push_back({std::move(plain[i]), std::move(of_account[i]), std::move(payload[i])});
  }
  return forms;
}

SealedItem Seal(const NewItem& item, const std::string& account, const crypto::KeyRing& keys) {
  using crypto::MacPurpose;
  const std::string& identifier = item.identifier.Reveal();
  // Sealed for its account: bytes that were moved to another one do not open.
  return {.ordinal = item.ordinal,
          .sealed = keys.Seal(item.identifier, account),
          .digest = keys.OldestMac(MacPurpose::kIdentifier, identifier),
          .more_digests = keys.LaterMacs(MacPurpose::kIdentifier, identifier)};
}

}  // namespace

SealedRequest SealRequest(const NewRequest& request, const crypto::KeyRing& keys) {
  SealedRequest sealed{.principal = request.principal,
                       .lane = {request.account, request.operation, request.kind},
                       .key_forms = KeyFormsOf(request, keys),
                       .items = {},
                       .duplicate_count = request.duplicate_count,
                       .submit_time = request.submit_time,
                       .due_time = request.due_time,
                       .by_law = request.due_by_law,
                       .retry_of = request.retry_of};
  sealed.items.reserve(request.items.size());
  for (const NewItem& item : request.items) {
    sealed.items.push_back(Seal(item, request.account, keys));
  }
  return sealed;
}

}  // namespace lethe::store
