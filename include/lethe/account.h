#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lethe/due_time.h"
#include "lethe/limits.h"
#include "lethe/time.h"
#include "lethe/window.h"

namespace lethe {

/// How far an account's items are looked up at CleverTap after its window has passed.
struct Verification {
  double share = 0;  ///< Of the items, 0 to 1. 0: off.

  /// So long after a batch is done, the people that were absent are looked up once more.
  std::optional<milliseconds> second_look = {};

  bool on() const { return share > 0; }
};

/// Whether Lethe may make control calls: where nothing else is sent that could show whether
/// CleverTap takes others, one that touches no one (core::ControlCallFor()) tells a bad identifier
/// from a bad moment. Without them such identifiers end in review instead of being rejected.
enum class ControlCalls { kOff, kOn };

constexpr std::string_view Name(ControlCalls control_calls) {
  switch (control_calls) {
    case ControlCalls::kOff: return "off";
    case ControlCalls::kOn: return "on";
  }
  return "";
}

/// One CleverTap project, as configured. Its project (see project.h) is unique among the accounts:
/// two names for one project would double its limit of concurrent calls.
struct Account {
  std::string name;           ///< Slug: `[a-z][a-z0-9-]{0,62}`. What callers, metrics and logs say.
  std::string base_url;       ///< `https://in1.api.clevertap.com`, without a trailing slash.
  std::string account_id;     ///< For `X-CleverTap-Account-Id`.
  std::string passcode_file;  ///< Holds one passcode, or two; read again when it changes.
  ProcessingHours hours;

  /// Calls in flight per API, 1..kMaxConcurrency. The default leaves one to the customer's other
  /// tools.
  int concurrency = 2;

  Verification verification = {};

  ControlCalls control_calls = ControlCalls::kOn;

  /// Until when requests are to be done whose callers give no due time.
  LegalTerms legal_terms = kDefaultLegalTerms;

  /// CleverTap's page and its samples differ in a trailing slash.
  std::string disassociate_path = "/1/disassociate";

  /// Asked with GET whether credentials and region are right.
  std::string probe_path = "/v1/connect";
};

}  // namespace lethe
