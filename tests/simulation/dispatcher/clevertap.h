#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lethe/delivery_queue.h"
#include "lethe/operation.h"
#include "lethe/time.h"
#include "lethe/vendor.h"
#include "simulation/dispatcher/fate.h"

namespace lethe::simulation {

/// From `begin` on, and no longer at `end`.
struct Period {
  TimePoint begin{};
  TimePoint end{};

  bool Contains(TimePoint moment) const { return begin <= moment && moment < end; }
};

/// For a while CleverTap takes nothing of a route, or nothing of one kind there.
struct RuleChange {
  Route route;
  std::optional<IdentifierKind> kind;
  Period period;
  int http_status = 400;  ///< Of its answers.
};

/// How CleverTap, or what stands before it, answers every call that carries an identifier.
struct Oddity {
  int http_status = 0;        ///< Without effect.
  bool hangs = false;         ///< There is no answer: the call runs into its time-out.
  bool kills_sender = false;  ///< The process that reads the answer dies of it.
};

/// CleverTap as it really is. What it takes is decided apart from whether its answer arrives.
class CleverTap {
 public:
  struct Answer {
    VendorReply reply;        ///< As the caller sees it.
    std::vector<bool> taken;  ///< By each identifier of the call: whether it took effect.
  };

  CleverTap(const Clock& clock, Fate& fate) : clock_(clock), fate_(fate) {}

  /// Never takes the identifier: it sinks a whole erasure or demerge, and is a fault of its own in
  /// a disassociation.
  void Poison(std::string_view account, const Identifier& identifier) {
    poisoned_.emplace(account, identifier.Reveal());
  }

  /// Takes the identifier once, and from then on never again: there is no such profile any more.
  void TakeOnce(std::string_view account, const Identifier& identifier) {
    taken_once_.emplace(account, identifier.Reveal());
  }

  void Mark(std::string_view account, const Identifier& identifier, Oddity oddity) {
    marked_.insert_or_assign({std::string(account), identifier.Reveal()}, oddity);
  }

  /// The first of those that the call's identifiers are marked with.
  std::optional<Oddity> OddityOf(const VendorCall& call) const;
  std::optional<Oddity> OddityOf(std::string_view account, const Identifier& identifier) const;

  /// Whether it refuses the identifier now, whatever the rules and the weather.
  bool IsPoison(std::string_view account, const Identifier& identifier) const {
    return poisoned_.contains({std::string(account), identifier.Reveal()});
  }

  /// For a while, one of so many servers takes nothing. An identifier is always sent to the same
  /// one.
  void BreakServer(Route route, int servers, Period period) {
    broken_ = {.route = std::move(route), .servers = servers, .period = period};
  }

  /// For a while, whatever is alone in its call is refused.
  void RefuseAlone(Operation operation, Period period) { never_alone_[operation] = period; }

  /// For a while, a call is refused if another one of its route, from whomever, is under way.
  void RefuseCompany(Route route, Period period) { company_ = {std::move(route), period}; }

  /// Between its start and its end, for whoever waits for the answer.
  void CallStarted(const Route& route) { ++under_way_[route]; }
  void CallEnded(const Route& route) { --under_way_[route]; }

  void Change(RuleChange rule) { rules_.push_back(std::move(rule)); }

  /// Whether a refusal that was heard of at `heard_at` looks like a bad identifier to anybody
  /// (decision 9): others are taken, because it is about the kind, or were until a moment ago.
  bool MisleadsAbout(const Route& route, IdentifierKind kind, TimePoint heard_at) const;

  void ExpirePasscode(std::string account, Period period) {
    expired_.emplace_back(std::move(account), period);
  }

  bool IsExpired(std::string_view account) const;

  /// The account has no place where credentials can be looked at.
  void HideProbe(std::string account) { without_probe_.insert(std::move(account)); }

  /// Rises when the file with the account's passcode is written anew.
  int PasscodeVersion(std::string_view account) const;

  Answer Send(const VendorCall& call, Mishap mishap);
  VendorReply Probe(std::string_view account, Mishap mishap) const;

 private:
  Answer Process(const VendorCall& call) const;
  Answer FindFaults(const VendorCall& call);
  void Keep(const VendorCall& call, const Answer& answer);

  bool IsOnBrokenServer(const VendorCall& call) const;
  bool IsRefusedForCompany(const Route& route) const;

  const Clock& clock_;
  Fate& fate_;
  struct BrokenServer {
    Route route;
    int servers = 0;
    Period period;
  };
  BrokenServer broken_;
  std::map<Operation, Period> never_alone_;
  std::pair<Route, Period> company_;
  std::map<Route, int> under_way_;
  std::set<std::pair<std::string, std::string>> poisoned_;
  std::set<std::pair<std::string, std::string>> taken_once_;
  std::map<std::pair<std::string, std::string>, Oddity> marked_;
  std::vector<RuleChange> rules_;
  std::vector<std::pair<std::string, Period>> expired_;
  std::set<std::string, std::less<>> without_probe_;
};

}  // namespace lethe::simulation
