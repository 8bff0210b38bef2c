#pragma once

#include <optional>
#include <string>

#include "lethe/redacted.h"
#include "lethe/request_lists.h"
#include "lethe/result.h"
#include "lethe/v1/reading_service.pb.h"

namespace lethe::api {

// What callers of ReadingService send, checked. Pure. Errors are INVALID_REQUEST and name fields
// and rules, never values. `account` is empty for `accounts/-`.

struct ExceptionsQuery {
  std::string account;
  std::optional<Operation> operation;
  std::optional<ExceptionKind> kind;
  std::optional<BatchKey> before;
  int page_size;
  std::string list_name;  ///< Tells one list from another in page tokens.
};
Result<ExceptionsQuery> ValidateListExceptions(const v1::ListExceptionsRequest& request);

/// The token that lets ValidateListExceptions() go on behind the last row of a page.
std::string NextPageToken(const ExceptionsQuery& query, const ExceptionView& last);

struct SummaryQuery {
  std::string account;
  std::optional<Operation> operation;
  TimePoint from;
  TimePoint until;
  SummaryPeriod period;
  std::string time_zone;
};
Result<SummaryQuery> ValidateSummarize(const v1::SummarizePrivacyRequestsRequest& request);

struct SubjectQuery {
  std::string account;
  Identifier identifier;
  std::string justification;
};
Result<SubjectQuery> ValidateLookup(const v1::LookupSubjectRequest& request);

}  // namespace lethe::api
