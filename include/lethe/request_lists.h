#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/batch.h"
#include "lethe/redacted.h"
#include "lethe/request.h"
#include "lethe/request_filter.h"
#include "lethe/request_outcome.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe {

/// In which order requests are listed.
enum class RequestOrder {
  kNewest,  ///< By id, the highest first.
  kDue,     ///< What is due first; then by id, the lowest first. What has no due time comes last.
};

/// Behind which request a page begins: its place in the order.
struct RequestPlace {
  RequestId id;
  std::optional<TimePoint> due_time = {};  ///< Only counts for RequestOrder::kDue.
};

struct FindRequestsParams {
  const RequestFilter& filter;
  std::string_view idempotency_key = {};  ///< Only those that a principal handed over with it.
  RequestOrder order = RequestOrder::kNewest;
  std::optional<RequestPlace> after = {};
  int page_size = 1;
  TimePoint now = {};
};

/// A page of a list. It may have fewer rows than it was asked for, even none, and yet not be the
/// last.
struct FoundRequests {
  std::vector<RequestView> rows;
  std::optional<RequestPlace> next = {};  ///< Where the next page begins; nothing on the last.
};

/// An item that does not go its way.
enum class ExceptionKind { kHeld, kNeedsReview, kRejected };

/// In the order of FindExceptionsParams.
struct ExceptionView {
  std::string account;
  RequestId request;
  Operation operation;
  IdentifierKind kind;
  int ordinal;
  BatchState state;
  std::string reason;
  TimePoint since;  ///< For a held one: since it began to wait to be sent.
  EnvelopeId envelope;
  int pos;
};

/// The newest envelope first; of one envelope, by position.
struct FindExceptionsParams {
  std::vector<AccountScope> scopes;
  std::optional<ExceptionKind> kind = {};  ///< Nothing: each.
  std::optional<BatchKey> before =
      {};  ///< (envelope, position) of the last row of the page before.
  int page_size = 1;
};

/// How the requests of a period are cut.
enum class SummaryPeriod { kWhole, kDay, kMonth, kYear };

struct SummaryParams {
  std::vector<AccountScope> scopes;
  TimePoint from;
  TimePoint until;
  SummaryPeriod period = SummaryPeriod::kWhole;
  std::string_view time_zone = "UTC";  ///< IANA name: where days, months and years begin.
  std::chrono::days due_soon{5};
  TimePoint now = {};
};

/// Requests of one account and operation. `received` counts those that Lethe kept in the period,
/// the outcomes those that became final in it.
struct PeriodSummary {
  std::string account;
  Operation operation;
  TimePoint from;  ///< Where its period begins.
  std::int64_t received = 0;
  std::array<std::int64_t, kAll<RequestOutcome>.size()> by_outcome{};

  // Days from when the person asked until the request was final. Cancelled requests do not count.
  // Nothing if no other request became final in the period.
  std::optional<double> median_days = {};
  std::optional<double> mean_days = {};
  std::optional<double> p95_days = {};

  std::int64_t operator[](RequestOutcome outcome) const {
    return by_outcome[static_cast<std::size_t>(outcome)];
  }
};

/// Requests of one account and operation that are not final now.
struct OpenSummary {
  std::string account;
  Operation operation;
  std::int64_t open = 0;
  std::int64_t overdue = 0;
  std::int64_t due_soon = 0;  ///< Due within SummaryParams::due_soon from now.
  TimePoint oldest;           ///< When the one was kept that has been open the longest.
};

struct RequestSummary {
  std::vector<PeriodSummary>
      periods;  ///< By begin, account, operation; those without a count are left out.
  std::vector<OpenSummary> open;
};

/// A look-up of one person. It is evidence: who, when and why is kept, for each account.
struct LookUpParams {
  std::vector<AccountScope> scopes;
  const Identifier& identifier;
  std::string_view principal;
  std::string_view justification;
};

/// One item whose identifier the person has.
struct SubjectItem {
  std::string account;
  RequestId request;
  Operation operation;
  IdentifierKind kind;
  TimePoint create_time;
  std::optional<TimePoint> due_time;
  ItemView item;
};

/// What compliance and operators ask, over several accounts. What is of no scope does not exist.
/// Thread-safe; nothing here throws. Errors: kUnavailable (STORE_UNAVAILABLE).
class RequestLists {
 public:
  virtual ~RequestLists() = default;

  /// Requests that the filter finds, as RequestStore::ListRequests() shows them. Pages are stable:
  /// a request that was there when the first was read, and stays as it is, is on exactly one.
  /// Where the order is kDue, the filter must FindsOnlyOpen().
  virtual Result<FoundRequests> Find(const FindRequestsParams& params) = 0;

  virtual Result<Page<ExceptionView>> FindExceptions(const FindExceptionsParams& params) = 0;

  virtual Result<RequestSummary> Summarize(const SummaryParams& params) = 0;

  /// Every item of the person, newest first, at most kMaxSubjectItems. The same statements run for
  /// one who is not known.
  virtual Result<std::vector<SubjectItem>> LookUp(const LookUpParams& params) = 0;
};

}  // namespace lethe
