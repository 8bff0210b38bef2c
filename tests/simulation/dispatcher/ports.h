#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/account_gate.h"
#include "lethe/call_slots.h"
#include "lethe/delivery_queue.h"
#include "lethe/vendor.h"
#include "simulation/dispatcher/stage.h"

namespace lethe::simulation {

// The world as one process reaches it. The planted defects of a process are here.

/// CleverTap: far away.
class VendorPort : public VendorClient {
 public:
  explicit VendorPort(Stage& stage) : stage_(stage) {}

  /// What the next calls of Send() are made for, and until when they may be.
  void Claimed(const Claim& claim, TimePoint lease_until) {
    claim_ = claim;
    lease_until_ = lease_until;
  }

  VendorReply Send(const VendorCall& call) override;
  VendorReply Probe(std::string_view account) override;

  /// What the last probe was told.
  OutcomeClass last_probe() const { return last_probe_; }

 private:
  VendorReply Call(const VendorCall& call);
  VendorReply ControlCall(const VendorCall& call);
  void Travel();
  bool Has(Defect defect) const { return stage_.scenario.defect == defect; }

  Stage& stage_;
  std::optional<Claim> claim_;
  TimePoint lease_until_{};
  OutcomeClass last_probe_ = OutcomeClass::kUnknown;
};

/// The database: every call can be lost, or its result, or the process.
class StorePort {
 protected:
  explicit StorePort(Stage& stage) : stage_(stage) {}

  template <typename Call>
  auto Through(Call call) -> decltype(call()) {
    const Error away{
        .code = ErrorCode::kUnavailable, .reason = "STORE_UNAVAILABLE", .message = "away"};
    StandStill();
    stage_.fate.CrashPoint();
    if (stage_.fate.QueueIsAway()) return away;
    auto result = call();
    if (stage_.rows.Look(*stage_.queue)) stage_.fate.SomethingHappened();
    StandStill();
    stage_.fate.CrashPoint();
    if (stage_.fate.QueueIsAway()) return away;
    return result;
  }

  bool Has(Defect defect) const { return stage_.scenario.defect == defect; }

  Stage& stage_;

 private:
  void StandStill();
};

class QueuePort : public DeliveryQueue, private StorePort {
 public:
  QueuePort(Stage& stage, VendorPort& vendor) : StorePort(stage), vendor_(vendor) {}

  Result<std::vector<Route>> Sendable(std::span<const Route> routes, milliseconds linger) override;
  Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) override;
  Result<RouteHealth> HealthSince(const Claim& claim) override;
  Result<Recorded> Record(const Claim& claim, const VendorReply& reply, const Plan& plan) override;
  Result<Recorded> Release(const Claim& claim) override;
  Result<std::optional<Claim>> TakeAbandoned(milliseconds lease) override;
  Result<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) override;
  Result<std::vector<RefusalCase>> RefusalCases(const std::optional<Route>& route) override;
  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling& ruling) override;
  Result<int> CloseWindows(TimePoint now, int limit) override;
  Result<int> ReleaseHeld(int limit) override;

 private:
  VendorPort& vendor_;
  std::map<Route, RefusalEvidence> evidence_;  ///< As it really is.
};

/// For control calls.
class SlotsPort : public CallSlots, private StorePort {
 public:
  explicit SlotsPort(Stage& stage) : StorePort(stage) {}

  Result<SlotOffer> Lease(const LeaseParams& params) override;
  Status Free(const SlotLease& lease, const SlotEnd& end) override;
};

class GatePort : public AccountGate, private StorePort {
 public:
  GatePort(Stage& stage, const VendorPort& vendor) : StorePort(stage), vendor_(vendor) {}

  Result<std::optional<AccountProbe>> TakeProbe(milliseconds lease) override;
  Result<bool> Record(const AccountProbe& probe, ProbeFinding finding) override;
  Status ProbeSoon(std::string_view account) override;

 private:
  const VendorPort& vendor_;
};

}  // namespace lethe::simulation
