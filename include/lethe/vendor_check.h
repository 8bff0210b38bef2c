#pragma once

#include <string>
#include <vector>

#include "lethe/request.h"
#include "lethe/result.h"
#include "lethe/vendor.h"

namespace lethe {

/// An identifier that CleverTap would not take.
struct ItemFault {
  int ordinal;  ///< As in NewItem.
  FaultKind kind;
  std::string code;  ///< CleverTap's own, digits only; empty if it gave none.

  friend bool operator==(const ItemFault&, const ItemFault&) = default;
};

/// What CleverTap says about a request that it was only asked about.
struct VendorOpinion {
  int taken = 0;                       ///< How many identifiers it would take.
  std::vector<ItemFault> faults = {};  ///< The others, by ordinal; none if it refused the call.
  bool refused = false;   ///< It refused the call as a whole, and would take no identifier.
  std::string code = {};  ///< refused: CleverTap's own, as in ItemFault.

  friend bool operator==(const VendorOpinion&, const VendorOpinion&) = default;
};

/// Asks CleverTap about requests. Thread-safe; nothing here throws.
class VendorCheck {
 public:
  virtual ~VendorCheck() = default;

  /// Asks about a request whose operation has a dry run, within the account's limit of concurrent
  /// calls. Nothing is kept. Blocks until there is an answer, or the call's time-out has passed.
  ///   kUnavailable, with retry_after:
  ///     ACCOUNT_BLOCKED     CleverTap refuses the account's credentials, region or path;
  ///     CALLS_PAUSED        an operator, or a lost history, has stopped these calls;
  ///     VENDOR_BUSY         all calls that the account may make at once are under way;
  ///     VENDOR_UNAVAILABLE  CleverTap gave no answer to go by;
  ///   kUnavailable (STORE_UNAVAILABLE): the database is away.
  virtual Result<VendorOpinion> Check(const NewRequest& request) = 0;
};

}  // namespace lethe
