#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/result.h"
#include "sandbox/fault.h"
#include "sandbox/profile.h"
#include "sandbox/report.h"

namespace lethe::sandbox {

struct Options {
  std::string listen = "127.0.0.1:0";  ///< Port 0 takes a free one.

  /// Marked profiles are processed this often; 0: only when told to.
  std::chrono::milliseconds night_every{0};

  /// If set: other credentials are answered with 401. Empty: any that are not empty do.
  std::string account_id = {};
  std::string passcode = {};
};

/// A CleverTap to run on a laptop: its three endpoints and the profile look-up, strict about the
/// contract of `service/docs/clevertap_contract.md`, and able to misbehave on demand. Everything is
/// in memory. Runs until destroyed. Thread-safe.
///
/// Each method below is also a call of the control interface, in JSON:
///   POST   /sandbox/faults    a fault, a list of faults, or `{"probability","seed","kinds":[..]}`.
///                             Members are named as in Fault, with the unit at the end:
///                             `delay_ms`, `retry_after_s`.
///   DELETE /sandbox/faults
///   POST   /sandbox/profiles  `{"account_id","profiles":[{"identities":[..],
///                             "devices":[{"guid","platform"}],"email","phone",
///                             "events":{NAME:{"count","first_seen","last_seen"}}}]}`
///   POST   /sandbox/night
///   POST   /sandbox/reset
///   GET    /sandbox/report    a Report: `{"total":TALLY,"profiles":{..},"nights":N,
///                             "accounts":{ID:{"total","apis":{API:TALLY},"profiles"}}}`
///   GET    /sandbox/health
/// They answer 200 with JSON, or 400 with `{"error":".."}` that says what to change.
class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> Start(const Options& options);
  ~Sandbox();

  int port() const;
  std::string base_url() const;  ///< `http://127.0.0.1:PORT`

  /// Queued faults are met in the order in which they were added; a call meets the first that
  /// matches it.
  void AddFault(Fault fault);
  void SetRandomFaults(RandomFaults faults);
  void ClearFaults();  ///< Random ones too.

  /// kInvalidArgument (PROFILE_INVALID) if it has no device, or shares an identity or CleverTap ID
  /// with another profile of the account.
  Status AddProfile(std::string_view account_id, Profile profile);
  std::optional<Profile> FindProfile(std::string_view account_id, ProfileKey key,
                                     std::string_view value) const;

  /// Deletes what is marked for deletion, then demerges what is marked for that.
  void RunNight();

  Report GetReport() const;

  /// As after the start: no profiles, no faults, an empty report.
  void Reset();

 private:
  class State;
  explicit Sandbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lethe::sandbox
