#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lethe/reasons.h"
#include "lethe/result.h"

namespace lethe::api {

/// Collects what is wrong with a request: every fault is counted, the first kMaxShown are kept.
class Violations {
 public:
  /// Keeps the answer below gRPC's default limit of 8 KiB of trailers.
  static constexpr std::size_t kMaxShown = 20;

  void Add(std::string field, std::string_view description) {
    Add({.field = std::move(field), .description = std::string(description)});
  }
  void Add(FieldViolation violation) {
    if (shown_.size() < kMaxShown) shown_.push_back(std::move(violation));
    ++count_;
  }

  bool empty() const { return count_ == 0; }

  /// INVALID_REQUEST with the violations; the description of the last one kept tells how many more
  /// there are. Only if not empty().
  Error ToError() && {
    if (count_ > shown_.size()) {
      shown_.back().description += " (and " + std::to_string(count_ - shown_.size()) + " more)";
    }
    return {.code = ErrorCode::kInvalidArgument,
            .reason = Text(ErrorReason::kInvalidRequest),
            .message = std::to_string(count_) + (count_ == 1 ? " field is" : " fields are") +
                       " wrong; first " + shown_.front().field + ": " + shown_.front().description,
            .violations = std::move(shown_)};
  }

 private:
  std::vector<FieldViolation> shown_;
  std::size_t count_ = 0;
};

/// INVALID_REQUEST for one field.
inline Error InvalidField(std::string field, std::string_view description) {
  Violations violations;
  violations.Add(std::move(field), description);
  return std::move(violations).ToError();
}

}  // namespace lethe::api
