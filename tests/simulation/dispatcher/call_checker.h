#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fakes/fake_delivery_queue.h"
#include "lethe/delivery_queue.h"
#include "lethe/vendor.h"
#include "lethe/window.h"
#include "simulation/dispatcher/clevertap.h"
#include "simulation/dispatcher/ledger.h"

namespace lethe::simulation {

/// What must hold of the calls to CleverTap.
class CallChecker {
 public:
  struct Limits {
    ProcessingHours hours;
    milliseconds lease;
    int concurrency;
  };

  CallChecker(Ledger& ledger, const fakes::FakeDeliveryQueue& queue, const CleverTap& clevertap,
              const Clock& clock, const Limits& limits)
      : ledger_(ledger), queue_(queue), clevertap_(clevertap), clock_(clock), limits_(limits) {}

  /// When somebody is given the batch to send.
  void Claimed(const Claim& claim);

  /// Around a call by whose claim holds until `lease_until`.
  int CallStarted(const Claim& claim, const VendorCall& call, TimePoint lease_until);
  void CallEnded(int ticket) { in_flight_.erase(ticket); }

  /// CleverTap took what is marked, in the order of the claim.
  void TookEffect(const Claim& claim, const std::vector<bool>& taken);

  /// The answer arrived that all of them were refused.
  void Refused(const Claim& claim);

  /// Nothing is to be sent on the route before a person resumes its account.
  void BlockedForOperator(const Route& route) { waiting_for_person_.insert(route); }
  void ResumedByPerson(const std::string& account) {
    std::erase_if(waiting_for_person_,
                  [&](const Route& route) { return route.account == account; });
    refused_credentials_.erase(account);
  }

  /// The queue knows of the answer.
  void Recorded(const Claim& claim, const VendorReply& reply);

  /// Somebody found that the credentials are right, or that there is nothing to look at.
  void CredentialsLookedAt(const std::string& account) { refused_credentials_.erase(account); }

  int repeated_effects() const { return repeated_effects_; }

 private:
  struct InFlight {
    Route route;
    TimePoint lease_until;
  };

  void CheckOrder(const Claim& claim, Position position);
  void CheckHorizon(const Claim& claim, const Item& item);
  void CheckPermission(const Claim& claim, const Item& item);
  void CountUntold(const Claim& claim, const VendorReply& reply);
  void CheckRepeat(const Claim& claim, Position position);
  void CheckNight(Operation operation, const Item& item);

  Ledger& ledger_;
  const fakes::FakeDeliveryQueue& queue_;
  const CleverTap& clevertap_;
  const Clock& clock_;
  const Limits limits_;
  std::map<int, InFlight> in_flight_;
  int last_ticket_ = 0;
  std::set<Route> waiting_for_person_;
  std::set<std::string> refused_credentials_;
  int repeated_effects_ = 0;
};

}  // namespace lethe::simulation
