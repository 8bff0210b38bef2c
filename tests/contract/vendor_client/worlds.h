#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clevertap/http_vendor_client.h"
#include "fakes/fake_vendor.h"
#include "lethe/window.h"
#include "sandbox/sandbox.h"

namespace lethe {

inline constexpr char kAccount[] = "acme";
inline constexpr char kNoPhone[] = "12";  ///< CleverTap takes it for no phone number.
inline constexpr std::chrono::seconds kRetryAfter{7};

/// What may befall one call.
enum class Trouble {
  kReplyLost,
  kRequestLost,
  kServerErrorAfterEffect,
  kThrottled,
  kCredentialsRefused,
  kPayloadRefused
};

/// The client and the CleverTap behind it, once per implementation. The typed suite knows nothing
/// else.
class FakeWorld {
 public:
  FakeWorld() { vendor_.Poison(Identifier(kNoPhone)); }

  VendorClient& client() { return vendor_; }

  void Strike(Trouble trouble) {
    switch (trouble) {
      case Trouble::kReplyLost: return vendor_.Script(fakes::ReplyLostAfterEffect());
      case Trouble::kRequestLost: return vendor_.Script(fakes::RequestLost());
      case Trouble::kServerErrorAfterEffect: return vendor_.Script(fakes::ServerErrorAfterEffect());
      case Trouble::kThrottled: return vendor_.Script(fakes::Throttles(kRetryAfter));
      case Trouble::kCredentialsRefused: return vendor_.Script(fakes::RefusesCredentials());
      case Trouble::kPayloadRefused: return vendor_.Script(fakes::RefusesWhole());
    }
  }

  void AnswerNextProbe(int status, OutcomeClass outcome) {
    vendor_.ScriptProbe({.outcome = outcome, .http_status = status});
  }

  /// How many identifiers took effect so far, each time counted.
  int Effects() const { return vendor_.TotalEffectCount(); }

 private:
  fakes::FakeVendor vendor_{{kAccount}};
};

class SandboxWorld {
 public:
  SandboxWorld()
      : sandbox_(std::move(sandbox::Sandbox::Start({}).value())),
        client_({{.name = kAccount,
                  .base_url = sandbox_->base_url(),
                  .account_id = "ACC-1",
                  .passcode_file = {},
                  .hours = {.zone = *TimeZone::Find("UTC")}}},
                [](const Account&) { return std::vector{Passcode("secret")}; }, {}) {}

  VendorClient& client() { return client_; }

  void Strike(Trouble trouble) {
    using sandbox::FaultKind;
    switch (trouble) {
      case Trouble::kReplyLost:
        return sandbox_->AddFault({.kind = FaultKind::kDrop, .after_effect = true});
      case Trouble::kRequestLost: return sandbox_->AddFault({.kind = FaultKind::kDrop});
      case Trouble::kServerErrorAfterEffect:
        return sandbox_->AddFault(
            {.kind = FaultKind::kStatus, .after_effect = true, .status = 503});
      case Trouble::kThrottled:
        return sandbox_->AddFault(
            {.kind = FaultKind::kStatus, .status = 429, .retry_after = kRetryAfter});
      case Trouble::kCredentialsRefused:
        return sandbox_->AddFault({.kind = FaultKind::kStatus, .status = 401});
      case Trouble::kPayloadRefused:
        return sandbox_->AddFault({.kind = FaultKind::kStatus, .status = 400});
    }
  }

  void AnswerNextProbe(int status, OutcomeClass) {
    sandbox_->AddFault({.kind = sandbox::FaultKind::kStatus,
                        .api = sandbox::Endpoint::kConnect,
                        .status = status});
  }

  int Effects() const { return static_cast<int>(sandbox_->GetReport().total.identifiers_taken); }

 private:
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  clevertap::HttpVendorClient client_;
};

}  // namespace lethe
