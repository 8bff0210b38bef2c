#include "lethed/key_upkeep.h"

#include <optional>
#include <utility>

#include "store/keys/ring_register.h"

namespace lethe {

KeyUpkeep::KeyUpkeep(Parts parts) : parts_(std::move(parts)) {}

Status KeyUpkeep::Look() {
  auto ring = parts_.load();
  if (!ring.ok()) return Refuse(ring.error());
  const std::optional<crypto::KeyRing> current = parts_.keys.Find();
  if (current && current->Ids() == ring->Ids()) {
    told_.clear();
    return Ok();
  }
  const Status admitted = parts_.pool.WithFor(
      store::kAdmitRingWithin,
      [&](pqxx::connection& connection) { return store::AdmitRing(connection, *ring); });
  if (!admitted.ok()) {
    const bool refused = admitted.error().code == ErrorCode::kFailedPrecondition;
    return refused ? Refuse(admitted.error()) : admitted;
  }
  told_.clear();
  parts_.observer.ShowKeys(*ring);
  parts_.keys.Use(*std::move(ring));
  return Ok();
}

Status KeyUpkeep::Refuse(const Error& error) {
  if (told_ != error.message) {
    parts_.observer.ShowKeysRefused(error);
    told_ = error.message;
  }
  return parts_.keys.Find() ? Ok() : Status(error);
}

}  // namespace lethe
