#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/contract.h"
#include "sandbox/endpoint.h"
#include "sandbox/profile.h"

namespace lethe::sandbox {

// What CleverTap writes, as JSON.

/// One record of a call that is refused alone.
struct UnprocessedRecord {
  std::size_t index;  ///< Into Call::identifiers.
  int code;
};

/// CleverTap writes both forms of each.
struct AnswerStyle {
  bool text_codes = false;     ///< `"code":"516"` for `"code":516`.
  bool listed_errors = false;  ///< `"error":"[\"..\"]"` for `"error":".."`.
};

std::string SuccessAnswer();
std::string FailAnswer(int code, std::string_view error);

/// What CleverTap says with an HTTP status; empty for 204.
std::string StatusAnswer(int status);

/// `fail` in a 200, without a word about the records.
std::string FailWithoutRecords(Endpoint endpoint);

/// Counts and unprocessed records, ascending by index.
std::string RecordsAnswer(const Call& call, const std::vector<UnprocessedRecord>& unprocessed,
                          const AnswerStyle& style);

std::string ProfileAnswer(const Profile& profile);
std::string NoProfileAnswer();

/// A success of this many bytes.
std::string HugeAnswer(std::size_t bytes);

}  // namespace lethe::sandbox
