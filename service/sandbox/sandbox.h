#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/result.h"
#include "sandbox/effects.h"
#include "sandbox/endpoint.h"
#include "sandbox/fault.h"
#include "sandbox/profile.h"
#include "sandbox/report.h"

namespace lethe::sandbox {

struct Options {
  std::string listen = "127.0.0.1:0";  ///< Port 0 takes a free one.

  /// Marked profiles are processed this often; 0: only when told to.
  std::chrono::milliseconds night_every{0};

  /// Marked profiles are also processed once a day, at this time of day in UTC.
  std::optional<std::chrono::minutes> night_at = {};

  /// Connections that are served at once: one that is kept alive holds its thread for ten seconds,
  /// and further ones wait.
  int connections = 64;

  /// If set: other credentials are answered with 401, unless SetPasscodes() allows them. Empty: any
  /// that are not empty do.
  std::string account_id = {};
  std::string passcode = {};
};

/// How long it is from `now` to the next `night_at`, more than nothing and at most a day.
std::chrono::milliseconds UntilNight(std::chrono::sys_time<std::chrono::milliseconds> now,
                                     std::chrono::minutes night_at);

/// A CleverTap to run on a laptop: its three endpoints, the profile look-up and the check of
/// credentials, strict about the contract of `service/docs/clevertap_contract.md`, and able to
/// misbehave on demand. Everything is in memory. Runs until destroyed. Thread-safe.
///
/// Each method below is also a call of the control interface, in JSON:
///   POST   /sandbox/faults    a fault, a list of faults, or `{"probability","seed","kinds":[..]}`.
///                             Members are named as in Fault, with the unit at the end:
///                             `delay_ms`, `retry_after_s`.
///   DELETE /sandbox/faults
///   POST   /sandbox/passcodes `{"account_id","passcodes":[..]}`
///   POST   /sandbox/poison    `{"account_id","identifiers":[..]}`
///   POST   /sandbox/profiles  `{"account_id","profiles":[{"identities":[..],
///                             "devices":[{"guid","platform"}],"email","phone",
///                             "events":{NAME:{"count","first_seen","last_seen"}}}]}`
///   POST   /sandbox/night
///   POST   /sandbox/reset
///   POST   /sandbox/effects   `{"account_id","api","identifiers":[..]}`; answers
///                             `{"effects":[{"count","first_ms","last_ms"}]}` in the order of the
///                             question; `first_ms` and `last_ms` are since 1970, null without any.
///   GET    /sandbox/report    a Report: `{"total":TALLY,"profiles":{..},"nights":N,
///                             "accounts":{ID:{"total","apis":{API:TALLY},"profiles"}}}`
///   GET    /sandbox/health
/// They answer 200 with JSON, or 400 with `{"error":".."}` that says what to change.
///
/// What goes wrong in real life, as faults (`times` 0 lasts until the faults are cleared):
///   a rule has changed   `{"kind":"status","status":400,"times":0,"api":"delete"}`, and perhaps
///                        `"identifier_kind":"guid"`
///   down, nothing done   `{"kind":"status","status":503}`
///   down, yet done       `{"kind":"status","status":503,"after_effect":true}`
///   throttled            `{"kind":"status","status":429,"retry_after_s":2}`
///   the reply is lost    `{"kind":"drop","after_effect":true}`
///   slow                 `{"kind":"latency","delay_ms":5000}`, with `after_effect` done at once
///   some try again       `{"kind":"partial","every":10,"codes":[555],"api":"disassociate"}`
///   success, but no      `{"kind":"ignored","api":"demerge"}`
///   other way of absent  `{"kind":"absent_fails","api":"profile","times":0}`
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
  void ClearFaults();  ///< Random ones too. Poison stays.

  /// From now on these are the account's passcodes, in place of earlier ones and of Options. With
  /// none every call of the account is answered with 401. Expiry is to leave one out.
  void SetPasscodes(const std::string& account_id, std::vector<std::string> passcodes);

  /// From now on, until Reset(), CleverTap cannot stand these identifiers: a delete or demerge that
  /// carries one is refused whole with 400; disassociate refuses the record alone, with code 516.
  /// That is no violation.
  void AddPoison(const std::string& account_id, std::vector<std::string> identifiers);

  /// kInvalidArgument (PROFILE_INVALID) if it has no device, or shares an identity or CleverTap ID
  /// with another profile of the account.
  Status AddProfile(std::string_view account_id, Profile profile);
  std::optional<Profile> FindProfile(std::string_view account_id, ProfileKey key,
                                     std::string_view value) const;

  /// Deletes what is marked for deletion, then demerges what is marked for that.
  void RunNight();

  /// The truth to compare others' books with: how often a call on the identifier took effect, and
  /// when. Dry runs, refusals and calls that were ignored have none.
  Effects EffectsOn(std::string_view account_id, Endpoint api, std::string_view identifier) const;
  int EffectCount(std::string_view account_id, Endpoint api, std::string_view identifier) const;

  Report GetReport() const;

  /// As after the start: no profiles, faults, poison or effects, the passcodes of Options, an empty
  /// report.
  void Reset();

 private:
  class State;
  explicit Sandbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lethe::sandbox
