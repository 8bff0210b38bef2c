#include "simulation/dispatcher/clevertap.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "lethe/refusal.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;

VendorReply NoAnswer() { return {.outcome = OutcomeClass::kUnknown, .code = "timeout"}; }
VendorReply ServerError() { return {.outcome = OutcomeClass::kUnknown, .http_status = 503}; }

VendorReply Throttled(std::optional<milliseconds> retry_after) {
  return {.outcome = OutcomeClass::kThrottled, .http_status = 429, .retry_after = retry_after};
}

VendorReply Unauthorized() {
  return {.outcome = OutcomeClass::kAccountBlocked, .http_status = 401, .code = "401"};
}

/// As the adapter reads such an answer.
VendorReply WithStatus(int http_status) {
  const auto outcome = [http_status] {
    switch (http_status) {
      case 400:
      case 413: return OutcomeClass::kRefused;
      case 401: return OutcomeClass::kAccountBlocked;
      case 403:
      case 404: return OutcomeClass::kMisconfigured;
      case 429: return OutcomeClass::kThrottled;
      default: return OutcomeClass::kUnknown;
    }
  };
  return {.outcome = outcome(), .http_status = http_status, .code = std::to_string(http_status)};
}

VendorReply Refused() { return WithStatus(400); }

CleverTap::Answer WithoutEffect(const VendorCall& call, VendorReply reply) {
  return {std::move(reply), std::vector(call.identifiers.size(), false)};
}

/// If the call did not even get as far as CleverTap's rules.
std::optional<VendorReply> TurnedAway(Mishap mishap) {
  switch (mishap) {
    case Mishap::kConnectFails:
      return VendorReply{.outcome = OutcomeClass::kNotSent, .code = "connect"};
    case Mishap::kRequestLost: return NoAnswer();
    case Mishap::kServerErrorBefore: return ServerError();
    case Mishap::kThrottled: return Throttled({});
    case Mishap::kThrottledWithAdvice: return Throttled(10min);
    case Mishap::kUnauthorized: return Unauthorized();
    case Mishap::kRefusedOnce: return Refused();
    case Mishap::kConflict: return WithStatus(409);
    default: return std::nullopt;
  }
}

}  // namespace

bool CleverTap::MisleadsAbout(const Route& route, IdentifierKind kind, TimePoint heard_at) const {
  return std::ranges::any_of(rules_, [&](const RuleChange& rule) {
    const Period moment{.begin = heard_at - kFreshEvidence, .end = heard_at};
    return rule.route == route && (rule.kind == kind || moment.Contains(rule.period.begin));
  });
}

int CleverTap::PasscodeVersion(std::string_view account) const {
  return static_cast<int>(std::ranges::count_if(expired_, [&](const auto& entry) {
    return entry.first == account && entry.second.end <= clock_.Now();
  }));
}

CleverTap::Answer CleverTap::Send(const VendorCall& call, Mishap mishap) {
  if (auto reply = TurnedAway(mishap)) return WithoutEffect(call, *std::move(reply));
  Answer answer = Process(call);
  switch (mishap) {
    case Mishap::kReplyLost: answer.reply = NoAnswer(); break;
    case Mishap::kServerErrorAfter: answer.reply = ServerError(); break;
    case Mishap::kFaults:
      if (answer.reply.outcome == OutcomeClass::kAccepted) answer = FindFaults(call);
      break;
    default: break;
  }
  Keep(call, answer);
  return answer;
}

void CleverTap::Keep(const VendorCall& call, const Answer& answer) {
  for (std::size_t i = 0; i < call.identifiers.size(); ++i) {
    const Identifier& identifier = call.identifiers[i];
    const bool is_once = taken_once_.contains({std::string(call.account), identifier.Reveal()});
    if (answer.taken[i] && is_once) Poison(call.account, identifier);
  }
}

VendorReply CleverTap::Probe(std::string_view account, Mishap mishap) const {
  if (auto reply = TurnedAway(mishap)) return *std::move(reply);
  if (mishap == Mishap::kReplyLost) return NoAnswer();
  if (without_probe_.contains(account)) {
    return {.outcome = OutcomeClass::kMisconfigured, .http_status = 404};
  }
  if (IsExpired(account)) return Unauthorized();
  return {.outcome = OutcomeClass::kAccepted, .http_status = 200};
}

std::optional<Oddity> CleverTap::OddityOf(std::string_view account,
                                          const Identifier& identifier) const {
  const auto found = marked_.find({std::string(account), identifier.Reveal()});
  if (found == marked_.end()) return std::nullopt;
  return found->second;
}

std::optional<Oddity> CleverTap::OddityOf(const VendorCall& call) const {
  for (const Identifier& identifier : call.identifiers) {
    if (const auto oddity = OddityOf(call.account, identifier)) return oddity;
  }
  return std::nullopt;
}

bool CleverTap::IsOnBrokenServer(const VendorCall& call) const {
  const Route route{std::string(call.account), call.operation};
  if (broken_.route != route || !broken_.period.Contains(clock_.Now())) return false;
  return std::ranges::any_of(call.identifiers, [&](const Identifier& identifier) {
    return std::hash<std::string_view>()(identifier.Reveal()) % broken_.servers == 0;
  });
}

bool CleverTap::IsRefusedForCompany(const Route& route) const {
  const auto& [refused, period] = company_;
  const auto calls = under_way_.find(route);
  return route == refused && period.Contains(clock_.Now()) && calls != under_way_.end() &&
         calls->second > 1;
}

CleverTap::Answer CleverTap::Process(const VendorCall& call) const {
  if (IsExpired(call.account)) return WithoutEffect(call, Unauthorized());
  const Route route{std::string(call.account), call.operation};
  const auto rule = std::ranges::find_if(rules_, [&](const RuleChange& each) {
    return each.route == route && each.kind.value_or(call.kind) == call.kind &&
           each.period.Contains(clock_.Now());
  });
  if (rule != rules_.end()) return WithoutEffect(call, WithStatus(rule->http_status));
  const auto never_alone = never_alone_.find(call.operation);
  const bool is_too_alone = call.identifiers.size() == 1 && never_alone != never_alone_.end() &&
                            never_alone->second.Contains(clock_.Now());
  if (is_too_alone || IsOnBrokenServer(call) || IsRefusedForCompany(route))
    return WithoutEffect(call, Refused());
  const auto oddity = OddityOf(call);
  if (oddity && (oddity->http_status != 0 || oddity->hangs)) {
    return WithoutEffect(call, WithStatus(oddity->http_status));
  }

  Answer answer{{.outcome = OutcomeClass::kAccepted, .http_status = 200}, {}};
  for (const Identifier& identifier : call.identifiers) {
    const bool poison = IsPoison(call.account, identifier);
    if (poison && call.operation != Operation::kDisassociation) {
      return WithoutEffect(call, Refused());
    }
    if (poison) {
      answer.reply.outcome = OutcomeClass::kPartial;
      answer.reply.faults.push_back({.index = static_cast<int>(answer.taken.size()),
                                     .kind = FaultKind::kPermanent,
                                     .code = "516"});
    }
    answer.taken.push_back(!poison);
  }
  return answer;
}

/// Takes all or some, and says so in a muddle.
CleverTap::Answer CleverTap::FindFaults(const VendorCall& call) {
  Answer answer{{.outcome = OutcomeClass::kPartial, .http_status = 200}, {}};
  const bool explains = fate_.Chance(0.8);
  for (int i = 0; i < static_cast<int>(call.identifiers.size()); ++i) {
    bool taken = true;
    if (!explains) {
      taken = fate_.Chance(0.5);
    } else if (fate_.Chance(0.3)) {
      taken = false;
      answer.reply.faults.push_back({.index = i, .kind = FaultKind::kTransient, .code = "555"});
    } else if (fate_.Chance(0.1)) {
      taken = fate_.Chance(0.5);
      answer.reply.faults.push_back({.index = i, .kind = FaultKind::kUnaccountable, .code = ""});
    }
    answer.taken.push_back(taken);
  }
  if (explains && answer.reply.faults.empty()) answer.reply.outcome = OutcomeClass::kAccepted;
  return answer;
}

bool CleverTap::IsExpired(std::string_view account) const {
  return std::ranges::any_of(expired_, [&](const auto& entry) {
    return entry.first == account && entry.second.Contains(clock_.Now());
  });
}

}  // namespace lethe::simulation
