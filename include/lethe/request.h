#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/batch.h"
#include "lethe/due_time.h"
#include "lethe/operation.h"
#include "lethe/read_back.h"
#include "lethe/redacted.h"
#include "lethe/time.h"

namespace lethe {

/// One identifier of a new request. `ordinal` is its place in the caller's list, which is how the
/// caller finds it again after duplicates were folded: identifiers themselves are never given back.
struct NewItem {
  Identifier identifier;
  int ordinal;
};

/// A request that was found good, not yet kept.
struct NewRequest {
  std::string principal;
  std::string account;
  std::string idempotency_key;
  Operation operation;
  IdentifierKind kind;

  /// 1..kMaxIdentifiersPerRequest, no two identifiers equal, ordinals ascending.
  std::vector<NewItem> items;

  int duplicate_count = 0;               ///< How many were folded.
  std::optional<TimePoint> submit_time;  ///< When the person asked the company.
  std::optional<TimePoint> due_time;     ///< When the law wants it done.

  /// What the due time follows from where the caller gives none.
  std::optional<DefaultDueTime> due_by_law = {};

  /// The request whose rejected items these are, and the ordinals that were asked for (empty: all).
  /// They make the payload then: a repeat means the same items.
  std::optional<RequestId> retry_of = {};
  std::vector<int> retried_ordinals = {};
};

/// The answer to a request that is kept.
struct Admission {
  RequestId id;
  TimePoint create_time;
  bool repeated;  ///< The key was known, with the same payload; id and create_time are the
                  ///< original's.

  /// Unlinked items (ItemView::unlinked) seen at submit. 0 for a repeat, and for a request that an
  /// earlier try of the same flush kept, whose answer was lost: Get() counts them.
  int unlinked_count = 0;
};

/// Items of one request by the state of the batch that they are in.
struct ItemCounts {
  std::array<int, kAll<BatchState>.size()> by_state{};

  int& operator[](BatchState state) { return by_state[static_cast<std::size_t>(state)]; }
  int operator[](BatchState state) const { return by_state[static_cast<std::size_t>(state)]; }
  int total() const {
    int sum = 0;
    for (int count : by_state) sum += count;
    return sum;
  }
  friend bool operator==(const ItemCounts&, const ItemCounts&) = default;
};

/// Derived from the items, never stored.
enum class RequestState {
  kQueued,       ///< Every item waits to be sent, or sent again, or is held.
  kInProgress,   ///< Some items are on their way.
  kNeedsReview,  ///< At least one item waits for an operator, which must be seen whatever the state
                 ///< of the others.
  kCompleted,    ///< Every item is done.
  kPartiallyCompleted,  ///< Every item is final; some are done, some were rejected or cancelled.
  kRejected,            ///< Every item is final and no item is done; at least one was rejected.
  kCancelled,           ///< Every item was cancelled.
  kExpired,             ///< History was dropped: what is left cannot prove anything.
};
RequestState DeriveState(const ItemCounts& counts, int item_count);

/// Items of one request that are done, by what reading them back has shown.
struct VerifiedCounts {
  int absent = 0;      ///< Gone after the window.
  int reappeared = 0;  ///< Another profile was there after the window.
  int came_back = 0;   ///< Of the absent: found by the second look.

  friend bool operator==(const VerifiedCounts&, const VerifiedCounts&) = default;
};

/// A request as it stands.
struct RequestView {
  RequestId id;
  std::string account;
  std::string principal;
  Operation operation;
  IdentifierKind kind;
  int item_count;
  int duplicate_count;
  ItemCounts counts;
  TimePoint create_time;
  std::optional<TimePoint> submit_time;
  std::optional<TimePoint> due_time;          ///< The one that counts: DueTime().
  std::optional<TimePoint> last_window_end;   ///< Latest among its accepted and done items.
  std::optional<TimePoint> last_finished_at;  ///< Latest among its final items.
  int unlinked_count = 0;                     ///< ItemView::unlinked.
  VerifiedCounts verified = {};
  std::optional<RequestId> retry_of = {};  ///< The request whose rejected items it sends again.
};

/// Whether the due time has passed while some items of the request are not final.
bool IsOverdue(const RequestView& request, TimePoint now);

/// One item of a request as it stands.
struct ItemView {
  int ordinal;
  BatchState state;
  std::string reason;  ///< As Transition::reason.
  int attempt_count;
  std::optional<TimePoint> not_before;
  std::optional<TimePoint> accepted_at;
  std::optional<TimePoint> window_end;
  std::optional<TimePoint> finished_at;

  /// It is to be erased by an identity that an earlier request of the account (one with a lower id,
  /// whose item was not rejected or cancelled) demerges or disassociates: CleverTap may no longer
  /// find the profile under it, and would not say so. An earlier request that became visible only
  /// after this one was kept counts from when the item waits for it.
  bool unlinked = false;

  /// What a look-up has shown about the call that CleverTap accepted last; nothing if there was
  /// no look-up.
  std::optional<ReadBack> read_back = {};
  std::optional<TimePoint> read_back_at = {};

  /// When a look-up first found a profile again under the identifier of a person who was gone.
  std::optional<TimePoint> reappeared_at = {};
};

template <typename View>
struct Page {
  std::vector<View> rows;
  bool more = false;  ///< Rows follow the last one.
};

}  // namespace lethe
