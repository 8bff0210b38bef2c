#pragma once

#include <string>

#include "lethe/limits.h"
#include "lethe/window.h"

namespace lethe {

/// One CleverTap project, as configured. (base_url, account_id) is unique among the accounts: two
/// names for one project would double its limit of concurrent calls.
struct Account {
  std::string name;           ///< Slug: `[a-z][a-z0-9-]{0,62}`. What callers, metrics and logs say.
  std::string base_url;       ///< `https://in1.api.clevertap.com`, without a trailing slash.
  std::string account_id;     ///< For `X-CleverTap-Account-Id`.
  std::string passcode_file;  ///< Holds one passcode, or two; read again when it changes.
  ProcessingHours hours;

  /// Calls in flight per API, 1..kMaxConcurrency. The default leaves one to the customer's other
  /// tools.
  int concurrency = 2;

  /// CleverTap's page and its samples differ in a trailing slash.
  std::string disassociate_path = "/1/disassociate";

  /// Asked with GET whether credentials and region are right.
  std::string probe_path = "/v1/connect";
};

}  // namespace lethe
