#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/queue_rows.h"
#include "lethe/batch.h"
#include "lethe/delivery_queue.h"
#include "lethe/operation.h"
#include "lethe/redacted.h"
#include "lethe/time.h"

namespace lethe::simulation {

/// One position of an envelope, and what has really become of it.
struct Item {
  Identifier identifier;
  RequestId request{};
  BatchState state = BatchState::kOpen;      ///< In the queue, when it was last looked at.
  bool attempted = false;                    ///< Somebody was given it to send.
  std::vector<TimePoint> effects = {};       ///< When CleverTap has taken it.
  std::optional<TimePoint> refused_at = {};  ///< When somebody last heard that it was refused.
  int untold = 0;  ///< Answers that were kept and did not say what became of it.

  // A person's decisions.
  int sent_again = 0;
  std::size_t effects_answered_for = 0;  ///< Effects before it was last sent again.
  TimePoint allowed_at{};                ///< When that was decided.
  bool marked_accepted = false;
  bool rejected = false;
  bool cancelled = false;  ///< It was taken back before CleverTap had it.
  bool on_hold = false;
};

/// Where an item is.
struct Position {
  EnvelopeId envelope{};
  int pos = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

/// What was asked for and what has really become of it, as neither Lethe nor CleverTap sees it.
/// Also the list of promises that were broken.
class Ledger {
 public:
  struct Envelope {
    Route route;
    IdentifierKind kind;
    std::vector<Item> items;
  };

  void Add(EnvelopeId id, const fakes::NewEnvelope& envelope);

  const std::map<EnvelopeId, Envelope>& envelopes() const { return envelopes_; }
  Envelope& at(EnvelopeId id) { return envelopes_.at(id); }
  Item& at(Position position) {
    return envelopes_.at(position.envelope).items[static_cast<std::size_t>(position.pos)];
  }

  /// Every item of the account with this identifier, of any operation.
  const std::vector<Position>& WithIdentifier(const std::string& account,
                                              const Identifier& identifier) const;

  void Violated(std::string_view what);

  /// Each distinct one once, in the order of their discovery.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  std::map<EnvelopeId, Envelope> envelopes_;
  std::map<std::pair<std::string, std::string>, std::vector<Position>> by_identifier_;
  std::vector<std::string> violations_;
};

}  // namespace lethe::simulation
