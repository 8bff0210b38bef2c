#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/account_condition.h"
#include "lethe/audit.h"
#include "lethe/batch.h"
#include "lethe/operation.h"
#include "lethe/reasons.h"
#include "lethe/request.h"
#include "lethe/result.h"
#include "lethe/review.h"
#include "lethe/time.h"
#include "lethe/vendor.h"

namespace lethe {

/// The answer about a review that the account has not, or that its asker may not see.
inline Error NoSuchReview() {
  return {.code = ErrorCode::kNotFound,
          .reason = Text(ErrorReason::kReviewNotFound),
          .message = "the account has no batch of this name that needs a review"};
}

/// A batch that waits for an operator.
struct ReviewView {
  std::string account;
  EnvelopeId envelope;
  IdentifierKind kind;
  ReviewFacts facts;
  std::optional<TimePoint> since;  ///< When it was set aside, if that was written down.

  /// CleverTap's own code in the answer to the latest call that had one, digits only; empty if none
  /// had.
  std::string vendor_code = {};

  BatchKey key() const { return {envelope, facts.span.lo}; }
};

/// One call that carried the batch, perhaps among others from which it has split since.
struct AttemptView {
  int call_number;
  TimePoint started_at;
  std::optional<TimePoint> finished_at = {};
  std::optional<OutcomeClass> outcome = {};  ///< Nothing: no answer was ever seen.
  int http_status = 0;                       ///< 0 if there was no answer.
  std::string code = {};                     ///< As VendorReply::code.
  bool abandoned = false;                    ///< Its sender was gone when the lease ran out.

  friend bool operator==(const AttemptView&, const AttemptView&) = default;
};

struct ReviewDetails {
  ReviewView review;
  std::vector<RequestId> requests;    ///< That it has items of; ascending.
  std::vector<AttemptView> attempts;  ///< By call number.
};

/// Oldest envelope first. `after` is the last of the page before.
struct ListReviewsParams {
  std::string_view account;
  std::optional<BatchKey> after;
  int page_size;
};

/// Newest first. `before` is the last id of the page before.
struct ListAuditEventsParams {
  std::string_view account;
  std::optional<std::int64_t> before;
  int page_size;
};

struct ResolveReviewParams {
  const Operator& by;
  std::string_view account;
  BatchKey batch;
  std::string_view etag;  ///< EtagOf() the facts that the operator has seen.
  const ReviewSelection& selection;
  ReviewDecision decision;
  const ProcessingHours& hours;
  TimePoint now;
};

/// The batches of an account that need a review and of which all of this is true.
struct ReviewFilter {
  std::string account;
  std::string reason = {};  ///< Empty: any.
  std::optional<Operation> operation = {};
  std::optional<TimePoint> since = {};  ///< Set aside at this time or later.
  std::optional<TimePoint> until = {};  ///< Set aside before.
};

struct ResolveReviewsParams {
  const Operator& by;
  const ReviewFilter& filter;
  std::string_view etag;  ///< Of the group that the operator has seen.
  ReviewDecision decision;
  const ProcessingHours& hours;
  TimePoint now;
};

struct ResumeAccountParams {
  const Operator& by;
  std::string account;
  std::string_view etag;
  std::optional<HeldRefusals> held_refusals;  ///< Nothing: the account holds no refusals.
};

/// What waits for an operator, and the evidence of what operators decided. Thread-safe; nothing
/// here throws. Each call is one transaction. Any of them may fail with kUnavailable
/// (STORE_UNAVAILABLE); whether a decision was taken then, its audit event tells.
class ReviewStore {
 public:
  virtual ~ReviewStore() = default;

  virtual Result<Page<ReviewView>> ListReviews(const ListReviewsParams& params) = 0;

  /// kNotFound (REVIEW_NOT_FOUND) if the account has no such batch, or the batch needs no review.
  virtual Result<ReviewDetails> GetReview(std::string_view account, BatchKey batch) = 0;

  /// Moves what is selected of the batch where Resolve() says and writes an audit event for each
  /// run of it; returns the first.
  ///   kNotFound            REVIEW_NOT_FOUND: the account has no such batch;
  ///   kFailedPrecondition  as CheckDecision(); REVIEW_CHANGED also if it needs no review any more;
  ///                        NOT_IN_REVIEW: something that is selected is not in the batch;
  ///   kInternal            BAD_PLAN: the state machine has no such edge. Nothing is written.
  virtual Result<AuditEvent> ResolveReview(const ResolveReviewParams& params) = 0;

  /// The batches that one ResolveReviews() would decide about. Without `until`: those that need a
  /// review by now; the etag keeps this time.
  virtual Result<ReviewGroup> PreviewReviews(const ReviewFilter& filter) = 0;

  /// Resolves each batch of the group as ResolveReview() does, all or none, and returns the group
  /// as it was. What came to review since it was seen is left alone.
  ///   kFailedPrecondition  REVIEW_CHANGED: the filter no longer finds the group of the etag;
  ///                        DECISION_NOT_ALLOWED: not for each of its batches;
  ///   kInternal            BAD_PLAN, as ResolveReview().
  virtual Result<ReviewGroup> ResolveReviews(const ResolveReviewsParams& params) = 0;

  /// In the order of the names. An account that the store does not know is not blocked.
  virtual Result<std::vector<AccountCondition>> Accounts(std::span<const std::string> names) = 0;

  /// Ends the blocks of the account and of its routes at once and decides about the held refusals
  /// that RefusalsToDecide() counts; writes an audit event for the account, and one for each batch.
  ///   kFailedPrecondition  as CheckResume();
  ///   kInternal            BAD_PLAN, as ResolveReview().
  virtual Result<AccountCondition> ResumeAccount(const ResumeAccountParams& params) = 0;

  virtual Result<Page<AuditEvent>> ListAuditEvents(const ListAuditEventsParams& params) = 0;
};

}  // namespace lethe
