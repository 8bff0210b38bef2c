#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/contract.h"
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

  Vendor(Credentials credentials, Wait wait);

  Answer Handle(const HttpCall& call);

  void AddFault(Fault fault);
  void SetRandomFaults(RandomFaults faults);
  void ClearFaults();
  [[nodiscard]] bool AddProfile(std::string_view account_id, Profile profile);
  std::optional<Profile> FindProfile(std::string_view account_id, ProfileKey key,
                                     std::string_view value) const;
  void RunNight();
  Report GetReport() const;
  void Reset();

 private:
  /// What the call asks for.
  struct Demand {
    std::optional<Call> post;
    std::optional<ProfileQuery> query;
    bool dry_run = false;
  };

  Answer TurnAway(Answer answer, std::optional<Violation> violation);
  Answer Receive(const Desk& desk, const HttpCall& call, int in_flight);
  std::optional<Refusal> Read(const Desk& desk, const HttpCall& call, Demand& demand);
  Answer Harmed(const Desk& desk, const Demand& demand, const Fault& fault);
  Answer Truly(const Desk& desk, const Demand& demand, const Fault* partial);
  Answer LookUp(const Desk& desk, const ProfileQuery& query) const;
  void TakeEffect(const Desk& desk, const Call& call,
                  const std::vector<UnprocessedRecord>& unprocessed);

  const Credentials credentials_;
  const Wait wait_;

  mutable std::mutex mutex_;
  FaultQueue faults_;
  std::map<std::string, ProfileWorld, std::less<>> worlds_;
  Recorder recorder_;
  std::int64_t nights_ = 0;
};

}  // namespace lethe::sandbox
