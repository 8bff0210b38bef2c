#pragma once

#include <optional>

#include "clevertap/curl_exchange.h"
#include "lethe/account.h"
#include "lethe/time.h"

namespace lethe::clevertap {

struct VendorTime {
  Ending ending = Ending::kComplete;   ///< kComplete: there was an answer.
  std::optional<TimePoint> date = {};  ///< To the second.
};

/// What CleverTap's clock says: the Date of an answer, whichever the answer is. Asks the account's
/// probe path without credentials, so it costs no call of the account. Takes ten seconds at most.
VendorTime AskTime(const Account& account, const HttpOptions& options);

}  // namespace lethe::clevertap
