#pragma once

#include "lethe/review_store.h"
#include "store/session/pool.h"

namespace lethe::store {

/// Reviews, accounts and audit events in PostgreSQL. A decision locks what it is about, looks at it
/// again in the next statement, and changes nothing that is not as the operator has seen it.
class PgReviewStore final : public ReviewStore {
 public:
  explicit PgReviewStore(Pool& pool) : pool_(pool) {}

  Result<Page<ReviewView>> ListReviews(const ListReviewsParams& params) override;
  Result<ReviewDetails> GetReview(std::string_view account, BatchKey batch) override;
  Result<AuditEvent> ResolveReview(const ResolveReviewParams& params) override;
  Result<ReviewGroup> PreviewReviews(const ReviewFilter& filter) override;
  Result<ReviewGroup> ResolveReviews(const ResolveReviewsParams& params) override;
  Result<std::vector<AccountCondition>> Accounts(std::span<const std::string> names) override;
  Result<AccountCondition> ResumeAccount(const ResumeAccountParams& params) override;
  Result<Page<AuditEvent>> ListAuditEvents(const ListAuditEventsParams& params) override;

 private:
  Pool& pool_;
};

}  // namespace lethe::store
