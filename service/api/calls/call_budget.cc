#include "api/calls/call_budget.h"

#include <utility>

#include "lethe/reasons.h"

namespace lethe::api {
namespace {

constexpr milliseconds kTryAgain{1'000};

}  // namespace

Error CallBudget::Refusal() {
  return {.code = ErrorCode::kResourceExhausted,
          .reason = Text(ErrorReason::kTooBusy),
          .message =
              "too many calls are in progress, or their messages are too large together; "
              "try again in a second",
          .retry_after = kTryAgain};
}

CallBudget::Share::~Share() {
  --budget_.calls_;
  budget_.bytes_ -= bytes_;
  if (unread_ == 0) return;
  const std::lock_guard lock(budget_.mutex_);
  budget_.unread_.erase(unread_);
}

void CallBudget::Share::Add(std::size_t bytes) {
  bytes_ += static_cast<std::int64_t>(bytes);
  budget_.bytes_ += static_cast<std::int64_t>(bytes);
}

void CallBudget::Share::Answered(milliseconds now, std::function<void()> cut) {
  const std::lock_guard lock(budget_.mutex_);
  unread_ = ++budget_.newest_;
  budget_.unread_.emplace(unread_, Unread{.since = now, .cut = std::move(cut)});
  budget_.CutOverdue(now);
}

void CallBudget::CutOverdue(milliseconds now) {
  while (!unread_.empty() && unread_.begin()->second.since + limits_.patience < now) {
    const Unread overdue = std::move(unread_.begin()->second);
    unread_.erase(unread_.begin());
    overdue.cut();
  }
}

}  // namespace lethe::api
