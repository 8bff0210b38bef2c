#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "lethe/access.h"
#include "lethe/request.h"
#include "lethe/time.h"

namespace lethe {

/// From `from` on and before `until`; without one of them it has no such end.
struct TimeRange {
  std::optional<TimePoint> from = {};
  std::optional<TimePoint> until = {};

  bool empty() const { return !from && !until; }

  /// A time that is not known is in no range but the empty one.
  bool Contains(std::optional<TimePoint> time) const;
};

/// A set of states of requests.
class RequestStates {
 public:
  constexpr RequestStates() = default;
  constexpr RequestStates(std::initializer_list<RequestState> states) {
    for (const RequestState state : states) Add(state);
  }

  constexpr void Add(RequestState state) { bits_ |= Bit(state); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool Contains(RequestState state) const { return (bits_ & Bit(state)) != 0; }
  constexpr bool IsWithin(RequestStates others) const {
    return (bits_ | others.bits_) == others.bits_;
  }

  friend bool operator==(const RequestStates&, const RequestStates&) = default;

 private:
  static constexpr std::uint16_t Bit(RequestState state) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(state));
  }
  std::uint16_t bits_ = 0;
};

/// Of requests that are not final.
inline constexpr RequestStates kOpenStates{RequestState::kQueued, RequestState::kInProgress,
                                           RequestState::kNeedsReview};
/// Of requests that have a RequestOutcome.
inline constexpr RequestStates kFinalStates{RequestState::kCompleted,
                                            RequestState::kPartiallyCompleted,
                                            RequestState::kRejected, RequestState::kCancelled};

/// One account, and the operations of which its requests may be shown.
struct AccountScope {
  std::string account;
  Operations operations;
};

/// Which requests are wanted: those that fulfil everything that is said here.
struct RequestFilter {
  std::vector<AccountScope> scopes;  ///< Each account once.
  std::string principal = {};        ///< Empty: anyone's.
  TimeRange created = {};
  TimeRange due = {};
  RequestStates states = {};  ///< Empty: any.
  bool overdue = false;       ///< Its due time has passed, and it is not final.
  bool held = false;          ///< At least one item is held.
  bool needs_review = false;  ///< At least one item needs review.
};

/// Whether the filter only finds requests that are not final.
bool FindsOnlyOpen(const RequestFilter& filter);

/// Whether it only finds requests that have an outcome.
bool FindsOnlyFinal(const RequestFilter& filter);

/// Whether the request is wanted, as it stands at that time.
bool IsWanted(const RequestFilter& filter, const RequestView& request, TimePoint now);

/// Whether it can be wanted, by what never changes of a request.
struct RequestTraits {
  std::string_view account;
  Operation operation;
  std::string_view principal;
  TimePoint create_time;
  std::optional<TimePoint> due_time;
};
bool MayBeWanted(const RequestFilter& filter, const RequestTraits& request);

}  // namespace lethe
