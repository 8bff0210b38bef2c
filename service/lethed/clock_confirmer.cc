#include "lethed/clock_confirmer.h"

#include <algorithm>

#include "telemetry/logging.h"

namespace lethe {
namespace {

using core::DatabaseClock;
using telemetry::Log;
using telemetry::LogLevel;

std::vector<Account> OneOfEachHost(std::vector<Account> accounts) {
  std::ranges::sort(accounts, {}, &Account::base_url);
  const auto same_host = [](const Account& a, const Account& b) {
    return a.base_url == b.base_url;
  };
  accounts.erase(std::unique(accounts.begin(), accounts.end(), same_host), accounts.end());
  return accounts;
}

}  // namespace

ClockConfirmer::ClockConfirmer(const std::vector<Account>& accounts, Parts parts)
    : parts_(std::move(parts)), hosts_(OneOfEachHost(accounts)) {}

runtime::Next ClockConfirmer::Look() {
  const milliseconds now = parts_.clock.Monotonic();
  const milliseconds pause = parts_.clock.confirmed() ? kAskAgain : kAskSoon;
  if (!hosts_.empty() && (!asked_at_ || now - *asked_at_ >= pause)) {
    Ask();
    asked_at_ = now;
  }
  Show();
  return runtime::Next::kWait;
}

void ClockConfirmer::Ask() {
  const Account& host = hosts_[next_host_];
  next_host_ = (next_host_ + 1) % hosts_.size();
  const clevertap::VendorTime told = parts_.ask(host);
  ending_ = told.ending;
  if (told.date) {
    latest_ = Answer::kDate;
    dated_ = true;
    without_date_ = 0;
    parts_.clock.Compare(*told.date, parts_.clock.Monotonic());
  } else if (told.ending == clevertap::Ending::kComplete) {
    latest_ = Answer::kWithoutDate;
    // One gateway that drops the date must not speak for the others.
    if (++without_date_ >= hosts_.size()) parts_.clock.DoWithoutVendor();
  } else {
    latest_ = Answer::kNone;
  }
}

void ClockConfirmer::Show() {
  const DatabaseClock::State state = parts_.clock.state();
  const milliseconds ahead = parts_.clock.vendor_ahead();
  parts_.metrics.SetClockTrusted(state == DatabaseClock::State::kTrusted);
  parts_.metrics.SetVendorClockOffset(ahead);
  if (state == DatabaseClock::State::kStale) return;

  Shown now{.confirmed = parts_.clock.confirmed(), .answer = latest_};
  if (now.confirmed) now.answer = dated_ ? Answer::kDate : Answer::kWithoutDate;
  if (shown_ == now) return;
  shown_ = now;
  if (now.confirmed && dated_) {
    Log(LogLevel::kInfo, "clock.confirmed", {{"vendor_ahead_ms", ahead.count()}});
  } else if (now.confirmed) {
    Log(LogLevel::kWarning, "clock.not_compared",
        {{"detail",
          "CleverTap's answers carry no Date: nothing shows whether the database's clock was right "
          "when this process started"}});
  } else if (now.answer == Answer::kDate) {
    Log(LogLevel::kError, "clock.unconfirmed",
        {{"vendor_ahead_ms", ahead.count()},
         {"detail",
          "CleverTap's clock and the database's are too far apart: nothing is sent or called done "
          "until they agree"}});
  } else if (now.answer == Answer::kWithoutDate) {
    Log(LogLevel::kError, "clock.unconfirmed",
        {{"detail",
          "the database's clock has jumped, and CleverTap's answers carry no Date: nothing is sent "
          "or called done until the clock is put back, or, if it is right now, until a restart"}});
  } else {
    Log(LogLevel::kError, "clock.unconfirmed",
        {{"code", ending_},
         {"detail",
          "CleverTap does not answer, so nothing confirms the database's clock: nothing is sent or "
          "called done until it does"}});
  }
}

}  // namespace lethe
