#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/call_kind.h"
#include "sandbox/endpoint.h"

namespace lethe::sandbox {

/// Ways to misbehave. Those that replace the answer leave the profiles alone, unless the fault says
/// `after_effect`.
enum class FaultKind {
  kStatus,    ///< Replaces the answer by `status` and `body`, with `retry_after` if set.
  kRedirect,  ///< Replaces the answer by `status` (302 unless it is a 3xx) and a Location.
              ///< Following it is a violation.
  kDrop,      ///< Closes the connection without an answer.
  kFail,     ///< 200 with `"status":"fail"`, and for disassociate nothing processed or unprocessed.
  kEmpty,    ///< 200 without a body.
  kNotJson,  ///< 200 with `body`, or with a page of HTML.
  kHuge,     ///< 200 that says success in `bytes` bytes.
  kLatency,  ///< The true answer, `delay` late.
  kPartial,  ///< Every `every`-th record is refused, with `codes` in turn; the others take effect.
             ///< The answer lists them like any other unprocessed record.
  kIgnored,  ///< The answer as if the call had been taken, and no effect, whatever `after_effect`
             ///< says. Seen with demerges.
  kAbsentFails,  ///< A look-up that finds nobody answers 200 with `"status":"fail"`, the other
                 ///< shape that was seen. Any other call has its true answer.
  kDrip,         ///< The true answer, one byte every `delay`.
  kTruncated,    ///< Half of the true answer under its whole Content-Length, then the end.
};

inline constexpr std::array kFaultKinds{
    FaultKind::kStatus,   FaultKind::kRedirect, FaultKind::kDrop,        FaultKind::kFail,
    FaultKind::kEmpty,    FaultKind::kNotJson,  FaultKind::kHuge,        FaultKind::kLatency,
    FaultKind::kPartial,  FaultKind::kIgnored,  FaultKind::kAbsentFails, FaultKind::kDrip,
    FaultKind::kTruncated};

constexpr std::string_view Name(FaultKind kind) {
  switch (kind) {
    case FaultKind::kStatus: return "status";
    case FaultKind::kRedirect: return "redirect";
    case FaultKind::kDrop: return "drop";
    case FaultKind::kFail: return "fail";
    case FaultKind::kEmpty: return "empty";
    case FaultKind::kNotJson: return "not_json";
    case FaultKind::kHuge: return "huge";
    case FaultKind::kLatency: return "latency";
    case FaultKind::kPartial: return "partial";
    case FaultKind::kIgnored: return "ignored";
    case FaultKind::kAbsentFails: return "absent_fails";
    case FaultKind::kDrip: return "drip";
    case FaultKind::kTruncated: return "truncated";
  }
  return "";
}

/// What to do wrong, to which calls, how often. Only calls that keep the contract meet faults;
/// others have their refusal.
struct Fault {
  FaultKind kind = FaultKind::kStatus;
  std::optional<Endpoint> api = {};              ///< Empty: any.
  std::string account_id = {};                   ///< Empty: any.
  std::optional<CallKind> identifier_kind = {};  ///< Empty: any, and look-ups.
  std::string identifier = {};                   ///< If set: only calls that carry this identifier.
  int skip = 0;                                  ///< This many matching calls pass unharmed first.
  int times = 1;  ///< Calls to harm; 0: all until the faults are cleared.

  /// The call takes effect all the same. Of use with the kinds that replace the answer; with a
  /// latency the effect comes before the wait.
  bool after_effect = false;

  int status = 500;
  std::string body = {};  ///< Empty: what CleverTap says with this status.
  std::optional<std::chrono::seconds> retry_after = {};
  std::chrono::milliseconds delay{0};  ///< Before the answer, with any kind; kDrip: between bytes.
  std::size_t bytes = 16 * 1024 * 1024;
  int every = 1;
  std::vector<int> codes = {516};

  /// How unprocessed records of this answer look: `"code":"516"`, and `"error":"[\"..\"]"`.
  bool text_codes = false;
  bool listed_errors = false;
};

/// For soak tests: each call that no queued fault harms meets one of `kinds` (chosen evenly among
/// those that match it; `skip` and `times` play no part) with this probability. The same seed and
/// order of calls give the same faults.
struct RandomFaults {
  double probability = 0;
  std::uint64_t seed = 0;
  std::vector<Fault> kinds = {};
};

}  // namespace lethe::sandbox
