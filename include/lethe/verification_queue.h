#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/batch.h"
#include "lethe/decision.h"
#include "lethe/delivery_queue.h"
#include "lethe/operation.h"
#include "lethe/read_back.h"
#include "lethe/redacted.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

/// What a look is for. A look is one claim of a batch whose people are looked up.
enum class LookPurpose {
  kCapture,   ///< Before a call (OperationTraits::captured): keeps the profile's marks, to tell it
              ///< later from one of a person who came back.
  kReadBack,  ///< After an accepted batch's window: did the call take effect?
  kBeforeRepeat,  ///< Of a batch that must not be repeated blindly (Reason::kLookBeforeRepeat): are
                  ///< its people as before the call of unknown effect?
  kSecondLook,    ///< Days after the batch is done: has the person come back?
};

constexpr std::string_view Name(LookPurpose purpose) {
  switch (purpose) {
    case LookPurpose::kCapture: return "capture";
    case LookPurpose::kReadBack: return "read_back";
    case LookPurpose::kBeforeRepeat: return "before_repeat";
    case LookPurpose::kSecondLook: return "second_look";
  }
  return "";
}

template <>
inline constexpr auto kAll<LookPurpose> = AllNamed<LookPurpose>();

/// An item that is to be looked up.
struct LookItem {
  int pos;
  std::optional<Identifier> identifier;  ///< Nothing: its seal does not open, or the row is gone.
  std::optional<Capture> before = {};    ///< kReadBack, kBeforeRepeat: what was captured.
  bool resent = false;                   ///< kReadBack: as ReadItem::resent.
};

/// A look: a batch whose items this process may look up until the lease ends. Reading changes
/// nothing: when a lease runs out, the batch is due again.
struct LookClaim {
  Route route;
  LookPurpose purpose;
  IdentifierKind kind;
  EnvelopeId envelope;
  Span span;
  int call_number = 0;         ///< The accepted call that is verified; 0 for kCapture.
  TimePoint accepted_at = {};  ///< Of that call; not for kCapture and kBeforeRepeat.
  TimePoint due_since = {};    ///< When the look was first due; kBeforeRepeat: since when an effect
                               ///< is unknown.
  int tries = 0;               ///< Looks at the batch in a row, before this one, with trouble.

  std::string slots_of = {};  ///< As in Claim.
  int slot = 0;               ///< 1..kMaxConcurrency, of the account's look-ups.
  std::int64_t epoch = 0;     ///< Fences the slot.
  int setbacks = 0;           ///< Looks in the slot in a row, before this one, with trouble.

  std::vector<LookItem> items = {};  ///< To be looked up, ascending. May be empty.
  std::vector<ReadItem> known = {};  ///< kReadBack: looked up by earlier looks, ascending.
                                     ///< kBeforeRepeat: those without a capture, as kUnclear.
};

struct CapturedItem {
  int pos;
  Capture capture;
};

/// What came of a look.
struct LookResult {
  std::vector<CapturedItem> captured = {};  ///< kCapture.
  std::vector<ReadItem> read = {};          ///< The others: each with a result.

  /// When the batch is due for another look, at what is left; nothing if this one leaves nothing.
  std::optional<milliseconds> again_in = {};

  /// An item was unreadable, or a look-up not answered: `tries` and `setbacks` grow instead of
  /// starting at 0 again.
  bool trouble = false;
  milliseconds slot_cool_down{0};

  /// kReadBack that leaves nothing: what becomes of the batch. As Plan::transitions; each is an
  /// edge from kAccepted (CanMove()). kBeforeRepeat: likewise, from kHeld, also where it leaves
  /// something: that stays held.
  std::vector<Transition> transitions = {};
};

struct LookParams {
  const Route& route;
  milliseconds linger;  ///< As ClaimParams::linger.
  milliseconds lease;
};

/// The queue of looks, for the accounts that verify. The results of look-ups are facts, appended
/// and never changed; a batch is not done before every look-up that it needs was answered.
/// Thread-safe; nothing here throws. Each call is one transaction, as those of DeliveryQueue.
class VerificationQueue {
 public:
  virtual ~VerificationQueue() = default;

  /// Which of the routes have a look that is due now. A hint: Take() decides.
  virtual Result<std::vector<Route>> Due(std::span<const Route> routes, milliseconds linger) = 0;

  /// Leases one of the account's slots for look-ups, and takes the oldest batch of the route that
  /// is due. Captures and read-backs take turns; where neither is due, a look before a repeat is
  /// taken, then a second look.
  /// Nothing if there is no free slot, no look is due, or the account is blocked.
  virtual Result<std::optional<LookClaim>> Take(const LookParams& params) = 0;

  /// Keeps the answers, moves the batch on, splitting it where its runs differ, and frees the slot.
  /// kFenced: the lease was lost, or the batch has gone on without this look. Nothing is kept.
  ///   kInternal  BAD_PLAN: the transitions are not what LookResult promises. Nothing is kept.
  virtual Result<Recorded> Record(const LookClaim& claim, const LookResult& result) = 0;

  /// Deletes captures of batches that are final; at most `limit` rows, and returns how many.
  virtual Result<int> ForgetCaptures(int limit) = 0;
};

}  // namespace lethe
