#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/time.h"
#include "sandbox/contract.h"
#include "sandbox/effects.h"
#include "sandbox/exchange.h"
#include "sandbox/fault_queue.h"
#include "sandbox/profile_world.h"
#include "sandbox/recorder.h"
#include "sandbox/vendor_json.h"

namespace lethe::sandbox {

/// CleverTap as its callers see it. Thread-safe; outlives its answers.
class Vendor {
 public:
  /// Waits that long, less if the sandbox stops.
  using Wait = std::function<void(std::chrono::milliseconds)>;

  using Now = std::function<TimePoint()>;

  Vendor(Credentials credentials, Wait wait, Now now);

  Answer Handle(const HttpCall& call);

  void AddFault(Fault fault);
  void SetRandomFaults(RandomFaults faults);
  void ClearFaults();
  void SetPasscodes(const std::string& account_id, std::vector<std::string> passcodes);
  void AddPoison(const std::string& account_id, std::vector<std::string> identifiers);
  [[nodiscard]] bool AddProfile(std::string_view account_id, Profile profile);
  std::optional<Profile> FindProfile(std::string_view account_id, ProfileKey key,
                                     std::string_view value) const;
  void RunNight();
  Effects EffectsOn(std::string_view account_id, Endpoint api, std::string_view identifier) const;
  Report GetReport() const;
  void Reset();

 private:
  /// What the call asks for: one of the two, or neither for a connect.
  struct Demand {
    std::optional<Call> post;
    std::optional<ProfileQuery> query;
    bool dry_run = false;
  };

  using Identifiers = std::set<std::string, std::less<>>;

  Answer TurnAway(const Refusal& refusal);
  std::optional<Refusal> CheckCredentials(const CallHeaders& headers) const;
  Answer Receive(const Desk& desk, const HttpCall& call, int in_flight);
  std::optional<Refusal> Read(const Desk& desk, const HttpCall& call, Demand& demand);
  Answer Harmed(const Desk& desk, const Demand& demand, const Fault& fault);
  Answer Truly(const Desk& desk, const Demand& demand, const Fault* fault);
  Answer LookUp(const Desk& desk, const ProfileQuery& query, const Fault* fault) const;
  Answer Process(const Desk& desk, const Demand& demand, const Fault* fault);
  std::vector<std::size_t> FindPoisoned(const Desk& desk, const Call& call) const;
  void TakeEffect(const Desk& desk, const Call& call,
                  const std::vector<UnprocessedRecord>& unprocessed);

  const Credentials first_credentials_;
  const Wait wait_;
  const Now now_;

  mutable std::mutex mutex_;
  Credentials credentials_;
  FaultQueue faults_;
  std::map<std::string, ProfileWorld, std::less<>> worlds_;
  std::map<std::string, Identifiers, std::less<>> poison_;  ///< By account id.
  Recorder recorder_;
  std::int64_t nights_ = 0;
};

}  // namespace lethe::sandbox
