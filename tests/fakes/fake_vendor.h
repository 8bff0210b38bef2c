#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lethe/operation.h"
#include "lethe/operation_traits.h"
#include "lethe/vendor.h"

namespace lethe::fakes {

/// What the fake does with one call: which identifiers it acts on, and what it says about it. The
/// two are independent, because a reply can be lost after the effect.
struct Behaviour {
  bool takes_effect = true;  ///< On every identifier without a fault in `reply`.
  VendorReply reply = {};

  /// Where time passes, a rival runs or the process dies (by throwing): around the effect.
  std::function<void()> before_effect = {};
  std::function<void()> after_effect = {};
};

inline Behaviour Accepts() {
  return {.reply = {.outcome = OutcomeClass::kAccepted, .http_status = 200}};
}
inline Behaviour ReplyLostAfterEffect() {
  return {.reply = {.outcome = OutcomeClass::kUnknown, .code = "timeout"}};
}
inline Behaviour RequestLost() {
  return {.takes_effect = false, .reply = {.outcome = OutcomeClass::kUnknown, .code = "timeout"}};
}
inline Behaviour ServerErrorAfterEffect() {
  return {.reply = {.outcome = OutcomeClass::kUnknown, .http_status = 503}};
}
inline Behaviour ServerErrorWithoutEffect() {
  return {.takes_effect = false, .reply = {.outcome = OutcomeClass::kUnknown, .http_status = 503}};
}
inline Behaviour ConnectFails() {
  return {.takes_effect = false, .reply = {.outcome = OutcomeClass::kNotSent, .code = "connect"}};
}
inline Behaviour Throttles(std::optional<milliseconds> retry_after = {}) {
  return {.takes_effect = false,
          .reply = {
              .outcome = OutcomeClass::kThrottled, .http_status = 429, .retry_after = retry_after}};
}
inline Behaviour RefusesCredentials() {
  return {.takes_effect = false,
          .reply = {.outcome = OutcomeClass::kAccountBlocked, .http_status = 401, .code = "401"}};
}
inline Behaviour RefusesWhole() {
  return {.takes_effect = false,
          .reply = {.outcome = OutcomeClass::kRefused, .http_status = 400, .code = "400"}};
}
inline Behaviour FindsFaults(std::vector<Fault> faults) {
  return {.reply = {
              .outcome = OutcomeClass::kPartial, .http_status = 200, .faults = std::move(faults)}};
}

/// How often, in [0, 1] and together at most 1, a call that no script decides goes wrong.
struct Weather {
  double reply_lost_after_effect = 0;
  double request_lost = 0;
  double server_error_after_effect = 0;
  double connect_fails = 0;
  double throttles = 0;
};

/// One call as the fake has seen it.
struct SeenCall {
  std::string account;
  Operation operation;
  IdentifierKind kind;
  std::vector<Identifier> identifiers;
  bool dry_run = false;
};

/// CleverTap in memory. A call is decided by the first of: the call itself being none that
/// CleverTap could take; the script; the weather; the identifiers it refuses; acceptance.
/// Thread-safe; hooks run without a lock, so they may call back.
class FakeVendor : public VendorClient {
 public:
  explicit FakeVendor(std::set<std::string, std::less<>> accounts, std::uint64_t seed = 0)
      : accounts_(std::move(accounts)), random_(seed) {}

  /// Decides the next call that nothing in the script decides yet.
  void Script(Behaviour behaviour) {
    const std::lock_guard lock(mutex_);
    script_.push_back(std::move(behaviour));
  }

  void SetWeather(const Weather& weather) {
    const std::lock_guard lock(mutex_);
    weather_ = weather;
  }

  /// The identifier is one that CleverTap never takes: it sinks a whole delete or demerge, and is a
  /// fault of its own in a disassociation.
  void Poison(const Identifier& identifier) {
    const std::lock_guard lock(mutex_);
    poisoned_.insert(identifier.Reveal());
  }

  VendorReply Send(const VendorCall& call) override {
    const Behaviour behaviour = Enter(call);
    const Departure departure{*this, call};
    if (behaviour.before_effect) behaviour.before_effect();
    if (behaviour.takes_effect && !call.dry_run) TakeEffect(call, behaviour.reply.faults);
    if (behaviour.after_effect) behaviour.after_effect();
    return behaviour.reply;
  }

  /// What the next probe is told that nothing scripted decides yet; after those that all is well.
  void ScriptProbe(VendorReply reply) {
    const std::lock_guard lock(mutex_);
    probe_script_.push_back(std::move(reply));
  }

  VendorReply Probe(std::string_view account) override {
    const std::lock_guard lock(mutex_);
    if (!accounts_.contains(account)) {
      return {.outcome = OutcomeClass::kMisconfigured, .code = "unknown_account"};
    }
    ++probe_count_;
    if (probe_script_.empty()) return {.outcome = OutcomeClass::kAccepted, .http_status = 200};
    VendorReply reply = std::move(probe_script_.front());
    probe_script_.pop_front();
    return reply;
  }

  int probe_count() const {
    const std::lock_guard lock(mutex_);
    return probe_count_;
  }

  /// How many times the operation has taken effect on the identifier.
  int EffectCount(Operation operation, const Identifier& identifier) const {
    const std::lock_guard lock(mutex_);
    const auto found = effects_.find({operation, identifier.Reveal()});
    return found == effects_.end() ? 0 : found->second;
  }

  /// The sum of all those counts.
  int TotalEffectCount() const {
    const std::lock_guard lock(mutex_);
    int sum = 0;
    for (const auto& [who, count] : effects_) sum += count;
    return sum;
  }

  /// Every call of Send(), in order.
  std::vector<SeenCall> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  /// The most calls that were ever in Send() at once, per account and API.
  int MaxInFlight(const std::string& account, Api api) const {
    const std::lock_guard lock(mutex_);
    const auto found = in_flight_.find({account, api});
    return found == in_flight_.end() ? 0 : found->second.max;
  }

 private:
  struct InFlight {
    int now = 0;
    int max = 0;
  };

  /// Leaves also when a hook throws.
  struct Departure {
    FakeVendor& vendor;
    const VendorCall& call;
    Departure(FakeVendor& the_vendor, const VendorCall& the_call)
        : vendor(the_vendor), call(the_call) {}
    Departure(const Departure&) = delete;
    Departure& operator=(const Departure&) = delete;
    ~Departure() {
      const std::lock_guard lock(vendor.mutex_);
      --vendor.in_flight_[{std::string(call.account), ApiOf(call.operation)}].now;
    }
  };

  Behaviour Enter(const VendorCall& call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back({.account = std::string(call.account),
                      .operation = call.operation,
                      .kind = call.kind,
                      .identifiers = {call.identifiers.begin(), call.identifiers.end()},
                      .dry_run = call.dry_run});
    InFlight& in_flight = in_flight_[{std::string(call.account), ApiOf(call.operation)}];
    in_flight.max = std::max(in_flight.max, ++in_flight.now);
    return Choose(call);
  }

  Behaviour Choose(const VendorCall& call) {
    const bool takeable =
        Takes(call.operation, call.kind) && !call.identifiers.empty() &&
        (!call.dry_run || HasDryRun(call.operation)) &&
        call.identifiers.size() <= static_cast<std::size_t>(EnvelopeCapacity(call.operation));
    if (!accounts_.contains(call.account)) {
      return {.takes_effect = false,
              .reply = {.outcome = OutcomeClass::kMisconfigured, .code = "unknown_account"}};
    }
    if (!takeable)
      return {.takes_effect = false,
              .reply = {.outcome = OutcomeClass::kRefused, .code = "unsendable"}};
    if (!script_.empty()) {
      Behaviour next = std::move(script_.front());
      script_.pop_front();
      return next;
    }
    if (auto storm = Storm()) return *std::move(storm);
    std::vector<Fault> faults;
    for (int i = 0; i < static_cast<int>(call.identifiers.size()); ++i) {
      if (!poisoned_.contains(call.identifiers[static_cast<std::size_t>(i)].Reveal())) continue;
      if (call.operation != Operation::kDisassociation) return RefusesWhole();
      faults.push_back({.index = i, .kind = FaultKind::kPermanent, .code = "516"});
    }
    return faults.empty() ? Accepts() : FindsFaults(std::move(faults));
  }

  std::optional<Behaviour> Storm() {
    double dice = std::uniform_real_distribution<double>()(random_);
    const auto falls = [&dice](double share) { return (dice -= share) < 0; };
    if (falls(weather_.reply_lost_after_effect)) return ReplyLostAfterEffect();
    if (falls(weather_.request_lost)) return RequestLost();
    if (falls(weather_.server_error_after_effect)) return ServerErrorAfterEffect();
    if (falls(weather_.connect_fails)) return ConnectFails();
    if (falls(weather_.throttles)) return Throttles();
    return std::nullopt;
  }

  void TakeEffect(const VendorCall& call, const std::vector<Fault>& faults) {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < static_cast<int>(call.identifiers.size()); ++i) {
      const auto is_this = [i](const Fault& fault) { return fault.index == i; };
      if (std::none_of(faults.begin(), faults.end(), is_this)) {
        ++effects_[{call.operation, call.identifiers[static_cast<std::size_t>(i)].Reveal()}];
      }
    }
  }

  mutable std::mutex mutex_;
  const std::set<std::string, std::less<>> accounts_;
  std::mt19937_64 random_;
  Weather weather_;
  std::deque<Behaviour> script_;
  std::set<std::string> poisoned_;
  std::deque<VendorReply> probe_script_;
  int probe_count_ = 0;
  std::vector<SeenCall> calls_;
  std::map<std::pair<Operation, std::string>, int> effects_;
  std::map<std::pair<std::string, Api>, InFlight> in_flight_;
};

}  // namespace lethe::fakes
