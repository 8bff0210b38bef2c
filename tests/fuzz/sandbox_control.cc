#include <array>
#include <nlohmann/json.hpp>

#include "fuzz/fuzz.h"
#include "sandbox/control.h"

// A line with a client's account id, and then lines with a choice of a call and its body each:
// orders of the control interface, and what the client sends.

namespace lethe::sandbox {
namespace {

using fuzz::Require;
using nlohmann::json;

struct Target {
  const char* method;
  const char* path;
};
constexpr std::array kOrders{
    Target{"POST", "/sandbox/faults"},    Target{"POST", "/sandbox/profiles"},
    Target{"POST", "/sandbox/passcodes"}, Target{"POST", "/sandbox/poison"},
    Target{"POST", "/sandbox/effects"},   Target{"DELETE", "/sandbox/faults"},
    Target{"POST", "/sandbox/night"},     Target{"POST", "/sandbox/reset"},
    Target{"GET", "/sandbox/report"},     Target{"GET", "/sandbox/nothing"}};

constexpr std::array kCalls{Target{"POST", "/1/delete/profiles.json"},
                            Target{"POST", "/1/demerge/profiles.json"},
                            Target{"POST", "/1/disassociate"}, Target{"GET", "/1/profile.json"},
                            Target{"GET", "/v1/connect"}};

/// More would only make a run longer.
constexpr std::size_t kMaxLines = 16;

/// A day is more than anybody waits for a sandbox, and far from where a clock ends.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(24);

void GiveOrder(Vendor& vendor, const Target& target, std::string_view body) {
  const Answer answer = HandleControl(
      vendor, {.method = target.method, .path = target.path, .body = std::string(body)});
  Require(answer.status == 200 || answer.status == 400 || answer.status == 404,
          "an order is taken or refused");
  const json said = json::parse(answer.body, nullptr, false);
  Require(said.is_object(), "an order is answered with an object");
  Require((answer.status == 200) == !said.contains("error"), "a refusal says why");
}

void SendCall(Vendor& vendor, const Target& target, const std::string& account_id,
              std::string_view text) {
  HttpCall call{
      .method = target.method,
      .path = target.path,
      .headers = {
          .account_id = account_id, .passcode = "PASS", .content_type = "application/json"}};
  if (call.method == "POST") {
    call.body = text;
  } else {
    call.parameters = {{"identity", std::string(text)}};
  }
  const Answer answer = vendor.Handle(call);
  Require(answer.status >= 200 && answer.status <= 599, "an answer has a status");
  Require(answer.drip_delay <= kLongestWait, "an answer comes");
}

void Run(fuzz::Input& input) {
  Vendor vendor(
      Credentials(),
      [](std::chrono::milliseconds time) {
        Require(time >= std::chrono::milliseconds(0) && time <= kLongestWait, "a wait ends");
      },
      [] { return TimePoint(std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}); });
  const std::string account_id(input.Line());
  for (std::size_t line = 0; line < kMaxLines && !input.Rest().empty(); ++line) {
    const std::size_t choice = input.Choose(kOrders.size() + kCalls.size());
    const std::string_view text = input.Line();
    if (choice < kOrders.size()) {
      GiveOrder(vendor, kOrders[choice], text);
    } else {
      SendCall(vendor, kCalls[choice - kOrders.size()], account_id, text);
    }
  }
  GiveOrder(vendor, {"GET", "/sandbox/report"}, "");
}

}  // namespace
}  // namespace lethe::sandbox

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::sandbox::Run(input);
  return 0;
}
