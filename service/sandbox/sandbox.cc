#include "sandbox/sandbox.h"

#include <sodium.h>

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "sandbox/control.h"
#include "sandbox/http_server.h"
#include "sandbox/vendor.h"

namespace lethe::sandbox {

class Sandbox::State {
 public:
  explicit State(const Options& options)
      : vendor(
            options.account_id.empty() ? Credentials()
                                       : Credentials(options.account_id, options.passcode),
            [this](milliseconds time) { Sleep(time); },
            [] {
              return std::chrono::floor<TimePoint::duration>(std::chrono::system_clock::now());
            }) {}

  ~State() { stop_.request_stop(); }

  Status Listen(const std::string& address, int connections) {
    auto started = HttpServer::Start(
        address, connections,
        [this](const HttpCall& call) {
          return call.path.starts_with(kControlPrefix) ? HandleControl(vendor, call)
                                                       : vendor.Handle(call);
        },
        [this](milliseconds time) { return Sleep(time); });
    if (!started) return std::move(started).error();
    server_ = std::move(started).value();
    host_ = address.substr(0, address.rfind(':'));
    return Ok();
  }

  void StartNights(milliseconds every) {
    nights_ = std::jthread([this, every] {
      while (Sleep(every)) vendor.RunNight();
    });
  }

  void StartDailyNights(std::chrono::minutes night_at) {
    daily_nights_ = std::jthread([this, night_at] {
      const auto until = [night_at] {
        return UntilNight(std::chrono::floor<milliseconds>(std::chrono::system_clock::now()),
                          night_at);
      };
      while (Sleep(until())) vendor.RunNight();
    });
  }

  int port() const { return server_->port(); }
  std::string base_url() const { return "http://" + host_ + ':' + std::to_string(port()); }

 private:
  /// False if the sandbox stops.
  bool Sleep(milliseconds time) {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop_.get_token(), time, [] { return false; });
    return !stop_.stop_requested();
  }

  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::stop_source stop_;
  std::string host_;

 public:
  Vendor vendor;

 private:
  // Last: their threads use everything above.
  std::jthread nights_;
  std::jthread daily_nights_;
  std::unique_ptr<HttpServer> server_;
};

milliseconds UntilNight(std::chrono::sys_time<milliseconds> now, std::chrono::minutes night_at) {
  const auto today = std::chrono::floor<std::chrono::days>(now) + night_at;
  return now < today ? today - now : today + std::chrono::days(1) - now;
}

Sandbox::Sandbox(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::Start(const Options& options) {
  if (sodium_init() < 0) {
    return Error{ErrorCode::kInternal, "CRYPTO_UNAVAILABLE", "libsodium does not start"};
  }
  auto state = std::make_unique<State>(options);
  if (Status listening = state->Listen(options.listen, options.connections); !listening) {
    return std::move(listening).error();
  }
  if (options.night_every.count() > 0) state->StartNights(options.night_every);
  if (options.night_at) state->StartDailyNights(*options.night_at);
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(state)));
}

int Sandbox::port() const { return state_->port(); }
std::string Sandbox::base_url() const { return state_->base_url(); }

void Sandbox::AddFault(Fault fault) { state_->vendor.AddFault(std::move(fault)); }
void Sandbox::SetRandomFaults(RandomFaults faults) {
  state_->vendor.SetRandomFaults(std::move(faults));
}
void Sandbox::ClearFaults() { state_->vendor.ClearFaults(); }

void Sandbox::SetPasscodes(const std::string& account_id, std::vector<std::string> passcodes) {
  state_->vendor.SetPasscodes(account_id, std::move(passcodes));
}
void Sandbox::AddPoison(const std::string& account_id, std::vector<std::string> identifiers) {
  state_->vendor.AddPoison(account_id, std::move(identifiers));
}

Status Sandbox::AddProfile(std::string_view account_id, Profile profile) {
  if (state_->vendor.AddProfile(account_id, std::move(profile))) return Ok();
  return Error{ErrorCode::kInvalidArgument, "PROFILE_INVALID",
               "the profile has no device, or an identity or CleverTap ID that is taken"};
}

std::optional<Profile> Sandbox::FindProfile(std::string_view account_id, ProfileKey key,
                                            std::string_view value) const {
  return state_->vendor.FindProfile(account_id, key, value);
}

void Sandbox::RunNight() { state_->vendor.RunNight(); }

Effects Sandbox::EffectsOn(std::string_view account_id, Endpoint api,
                           std::string_view identifier) const {
  return state_->vendor.EffectsOn(account_id, api, identifier);
}
int Sandbox::EffectCount(std::string_view account_id, Endpoint api,
                         std::string_view identifier) const {
  return EffectsOn(account_id, api, identifier).count;
}
Report Sandbox::GetReport() const { return state_->vendor.GetReport(); }
void Sandbox::Reset() { state_->vendor.Reset(); }

}  // namespace lethe::sandbox
