#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/fields/names.h"
#include "lethe/account_condition.h"
#include "lethe/result.h"
#include "lethe/review.h"
#include "lethe/review_store.h"
#include "lethe/v1/operator_service.pb.h"

namespace lethe::api {

// What operators send, checked as in validation.h.

struct ReviewsQuery {
  std::string account;
  int page_size;
  std::optional<BatchKey> after;
};
Result<ReviewsQuery> ValidateListReviews(const v1::ListReviewsRequest& request);

Result<ReviewName> ValidateGetReview(const v1::GetReviewRequest& request);

struct ReviewResolution {
  ReviewName review;
  std::string etag;
  ReviewSelection selection;
  ReviewDecision decision;
  std::string justification;
};
Result<ReviewResolution> ValidateResolveReview(const v1::ResolveReviewRequest& request);

Result<ReviewFilter> ValidatePreviewReviews(const v1::PreviewReviewsRequest& request);

struct ReviewsResolution {
  ReviewFilter filter;
  std::string etag;
  ReviewDecision decision;
  std::string justification;
};
Result<ReviewsResolution> ValidateResolveReviews(const v1::ResolveReviewsRequest& request);

/// The account's slug.
Result<std::string> ValidateGetAccount(const v1::GetAccountRequest& request);

struct AccountResumption {
  std::string account;
  std::string etag;
  std::optional<HeldRefusals> held_refusals;
  std::string justification;
};
Result<AccountResumption> ValidateResumeAccount(const v1::ResumeAccountRequest& request);

struct AuditEventsQuery {
  std::string account;
  int page_size;
  std::optional<std::int64_t> before;
};
Result<AuditEventsQuery> ValidateListAuditEvents(const v1::ListAuditEventsRequest& request);

/// The token that lets the list go on behind the last row of a page.
std::string NextPageToken(const ReviewsQuery& query, BatchKey last);
std::string NextPageToken(const AuditEventsQuery& query, std::int64_t last);

}  // namespace lethe::api
