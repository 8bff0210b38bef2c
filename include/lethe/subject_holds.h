#pragma once

#include <string_view>

#include "lethe/audit.h"
#include "lethe/redacted.h"
#include "lethe/result.h"

namespace lethe {

struct SubjectHoldParams {
  const Operator& by;  ///< Who decides, and why.
  std::string_view account;
  const Identifier& subject;  ///< Whatever its kind.
  bool holds;                 ///< Otherwise it is released.
  bool preview;               ///< Only count.
};

/// What a hold or a release met: items of the person that are not final.
struct SubjectHoldEffect {
  bool changed = false;  ///< Otherwise the person was on hold, or not on hold, before.
  int waiting = 0;       ///< Not in a call: held from now on, or sent from now on.
  int being_sent = 0;    ///< In a call: only its answer tells.
  int accepted = 0;      ///< CleverTap has accepted them: that cannot be undone.

  friend bool operator==(const SubjectHoldEffect&, const SubjectHoldEffect&) = default;
};

/// Keeps people from being sent. Thread-safe; nothing here throws.
class SubjectHolds {
 public:
  virtual ~SubjectHolds() = default;

  /// In one transaction, which no claim of the account runs beside. From when it has answered, no
  /// call begins with an item of a person who is on hold, whichever request it is of and whenever
  /// that comes; what waits is BatchState::kHeld with Reason::kSubjectOnHold once its turn comes. A
  /// release lets them go on, as if they had just come. Repeating it changes nothing more.
  ///   kUnavailable  STORE_UNAVAILABLE: whether it was done, a repeat tells.
  virtual Result<SubjectHoldEffect> Change(const SubjectHoldParams& params) = 0;
};

}  // namespace lethe
