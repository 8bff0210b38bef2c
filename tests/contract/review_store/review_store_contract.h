#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "fakes/fake_clock.h"
#include "fakes/queue_rows.h"
#include "lethe/review_store.h"

namespace lethe::contract {

using fakes::AttemptRow;
using fakes::BatchRow;
using namespace std::chrono_literals;

/// An empty store whose clock stands still between calls of Advance(). The accounts `acme` and
/// `globex` are configured.
class ReviewHarness {
 public:
  virtual ~ReviewHarness() = default;

  virtual ReviewStore& store() = 0;

  /// Replaces the batch of the same envelope and first position; set aside now, if it needs review.
  virtual void SetBatch(const BatchRow& row) = 0;
  virtual void AddAttempt(const AttemptRow& attempt) = 0;
  virtual void AddItem(BatchKey position, RequestId request) = 0;
  virtual void Block(const std::string& account, const AccountBlock& block) = 0;
  virtual void BlockRoute(const std::string& account, Api api, const AccountBlock& block) = 0;

  virtual TimePoint Now() const = 0;
  virtual void Advance(milliseconds by) = 0;

  virtual std::vector<BatchRow> Batches() = 0;  ///< By envelope and first position.
};

struct ReviewImplementation {
  std::string name;
  std::unique_ptr<ReviewHarness> (*make)();

  friend void PrintTo(const ReviewImplementation& tested, std::ostream* out) {
    *out << tested.name;
  }
};

/// What every implementation of ReviewStore promises.
class ReviewStoreContract : public testing::TestWithParam<ReviewImplementation> {
 protected:
  ReviewHarness& at() { return *harness_; }
  ReviewStore& store() { return harness_->store(); }

  /// A batch of three erasures whose only call had an unknown effect.
  BatchRow Unknown(int number = 1, const std::string& account = "acme") {
    return {.envelope = EnvelopeId{kFirstEnvelope + number},
            .span = {0, 2},
            .route = {account, Operation::kErasure},
            .kind = IdentifierKind::kIdentity,
            .state = BatchState::kNeedsReview,
            .reason = "unknown_outcome",
            .opened_at = at().Now(),
            .attempt_count = 1,
            .call_count = 1,
            .unknown_since = at().Now() - 1h,
            .refused_since = at().Now() - 2h};
  }
  BatchRow Held(int number, const std::string& reason = "refused_unconfirmed") {
    BatchRow row = Unknown(number);
    row.state = BatchState::kHeld;
    row.reason = reason;
    row.unknown_since = {};
    row.refused_since = at().Now() - 1min;
    return row;
  }
  BatchRow Add(const BatchRow& row) {
    at().SetBatch(row);
    return row;
  }

  AccountBlock ABlock() {
    return {.since = at().Now() - 5min,
            .reason = "erasure refused for 6 identifiers sent alone",
            .resume = Resume::kOperator};
  }

  static BatchKey KeyOf(const BatchRow& row) { return {row.envelope, row.span.lo}; }
  static std::string EtagOf(const BatchRow& row) {
    return lethe::EtagOf(ReviewFacts{.operation = row.route.operation,
                                     .span = row.span,
                                     .reason = row.reason,
                                     .call_count = row.call_count,
                                     .unknown_since = row.unknown_since});
  }

  Result<AuditEvent> Resolve(const BatchRow& row, ReviewDecision decision) {
    return Resolve(row, decision, EtagOf(row));
  }
  Result<AuditEvent> Resolve(const BatchRow& row, ReviewDecision decision, const std::string& etag,
                             const std::string& account = "acme") {
    return store().ResolveReview({.by = by_,
                                  .account = account,
                                  .batch = KeyOf(row),
                                  .etag = etag,
                                  .selection = all_,
                                  .decision = decision,
                                  .hours = hours_,
                                  .now = at().Now()});
  }
  Result<AuditEvent> ResolvePart(const BatchRow& row, const ReviewSelection& part,
                                 ReviewDecision decision) {
    return store().ResolveReview({.by = by_,
                                  .account = row.route.account,
                                  .batch = KeyOf(row),
                                  .etag = EtagOf(row),
                                  .selection = part,
                                  .decision = decision,
                                  .hours = hours_,
                                  .now = at().Now()});
  }

  ReviewGroup Preview(const ReviewFilter& filter) {
    const auto group = store().PreviewReviews(filter);
    EXPECT_TRUE(group.ok());
    return group.ok() ? *group : ReviewGroup{};
  }
  Result<ReviewGroup> ResolveAll(const ReviewFilter& filter, const std::string& etag,
                                 ReviewDecision decision) {
    return store().ResolveReviews({.by = by_,
                                   .filter = filter,
                                   .etag = etag,
                                   .decision = decision,
                                   .hours = hours_,
                                   .now = at().Now()});
  }

  AccountCondition Condition(const std::string& account) {
    return store().Accounts({&account, 1}).value().front();
  }
  Result<AccountCondition> ResumeIt(std::optional<HeldRefusals> held) {
    return store().ResumeAccount({.by = by_,
                                  .account = "acme",
                                  .etag = lethe::EtagOf(Condition("acme")),
                                  .held_refusals = held});
  }

  std::vector<AuditEvent> Events(const std::string& account = "acme") {
    return store()
        .ListAuditEvents({.account = account, .before = {}, .page_size = 100})
        .value()
        .rows;
  }

  BatchRow Batch(const BatchRow& like) {
    for (const BatchRow& row : at().Batches()) {
      if (KeyOf(row) == KeyOf(like)) return row;
    }
    ADD_FAILURE() << "no such batch";
    return {};
  }

  template <typename T>
  static std::string ReasonOf(const Result<T>& result) {
    return result.ok() ? "" : result.error().reason;
  }

  /// Ids of the months that FakeClock lives in.
  static constexpr std::int64_t kFirstEnvelope = 821'664'000'000'000'000;

  const ReviewSelection all_{};
  const Operator by_{.principal = "jane",
                     .means = "certificate",
                     .justification = "looked it up, ticket 'OPS-17'"};
  const ProcessingHours hours_{.zone = TimeZone::Find("Etc/UTC").value()};

 private:
  std::unique_ptr<ReviewHarness> harness_ = GetParam().make();
};

inline std::string NameOfReviewStore(const testing::TestParamInfo<ReviewImplementation>& info) {
  return info.param.name;
}

}  // namespace lethe::contract
