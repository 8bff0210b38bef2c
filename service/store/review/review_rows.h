#pragma once

#include <string>
#include <string_view>

#include "lethe/audit.h"
#include "lethe/review_store.h"

namespace lethe::store {

/// A row of ListReviews, ReadReview, FindReviews or LockReviews.
template <typename Row>
ReviewView ToReview(const Row& row, std::string_view account) {
  return {.account = std::string(account),
          .envelope = row.envelope,
          .kind = row.kind,
          .facts = {.operation = row.operation,
                    .span = {row.lo, row.hi},
                    .reason = row.reason,
                    .call_count = row.call_count,
                    .unknown_since = row.unknown_since,
                    .may_have_effect = row.may_have_effect},
          .since = row.review_since};
}

/// As above, with what only those rows have that show a review to an operator.
template <typename Row>
ReviewView ToShownReview(const Row& row, std::string_view account) {
  ReviewView review = ToReview(row, account);
  review.vendor_code = row.vendor_code;
  return review;
}

/// A row of WriteAuditEvent or of ListAuditEvents.
template <typename Row>
AuditEvent ToEvent(const Row& row) {
  AuditEvent event{.id = row.id,
                   .at = row.at,
                   .principal = row.principal,
                   .means = row.means,
                   .action = row.action,
                   .account = row.account,
                   .envelope = row.envelope,
                   .state_before = row.state_before,
                   .reason_before = row.reason_before,
                   .state_after = row.state_after,
                   .justification = row.justification};
  if (row.envelope) event.span = {row.lo.value(), row.hi.value()};
  return event;
}

}  // namespace lethe::store
