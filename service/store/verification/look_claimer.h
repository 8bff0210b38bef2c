#pragma once

#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "crypto/live_keys.h"
#include "lethe/account.h"
#include "lethe/verification_queue.h"

namespace lethe::store {

/// How a look is claimed and what it needs is read: as VerificationQueue::Take(), inside a
/// transaction that the caller commits if there is a claim. Throws what pqxx throws.
class LookClaimer {
 public:
  /// `holder` names the process in slots.
  LookClaimer(std::string holder, crypto::LiveKeys keys);

  /// `account` is that of the route.
  std::optional<LookClaim> Take(pqxx::work& work, const LookParams& params,
                                const Account& account) const;

 private:
  /// False: the look-ups of the account are paused.
  bool Lease(pqxx::work& work, LookClaim& claim, milliseconds lease) const;
  void ReadItems(pqxx::work& work, LookClaim& claim, double share) const;
  std::map<int, Capture> ReadCaptures(pqxx::work& work, const LookClaim& claim) const;

  const std::string holder_;
  const crypto::LiveKeys keys_;
};

}  // namespace lethe::store
