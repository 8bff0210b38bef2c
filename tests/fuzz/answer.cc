#include "clevertap/answer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "clevertap/codes.h"
#include "fuzz/fuzz.h"
#include "lethe/operation_traits.h"

// An answer of CleverTap to a call: choices, then the body.

namespace lethe::clevertap {
namespace {

using fuzz::Require;
using nlohmann::json;

constexpr std::array kEndings{Ending::kComplete, Ending::kBadUrl,  Ending::kResolve,
                              Ending::kConnect,  Ending::kTls,     Ending::kTimeout,
                              Ending::kBroken,   Ending::kTooLarge};
constexpr std::array kStatuses{200, 0,   100, 201, 202, 204, 206, 299, 301, 302, 400, 401,
                               402, 403, 404, 405, 407, 408, 409, 410, 413, 418, 421, 423,
                               425, 429, 499, 500, 502, 503, 504, 599, 600, 999};

Transport TransportOf(fuzz::Input& input) {
  Transport transport{.ending = kEndings[input.Choose(kEndings.size())]};
  transport.body_left = input.Flip();
  transport.http_status = kStatuses[input.Choose(kStatuses.size())];
  switch (input.Choose(3)) {
    case 1: transport.retry_after = std::chrono::seconds(7); break;
    case 2: transport.retry_after = std::chrono::seconds::max(); break;
    default: break;
  }
  return transport;
}

/// Those that the bodies of the corpus speak of, one of them twice.
std::vector<Identifier> Identifiers(std::size_t count) {
  constexpr std::array kPhones{"+4915111111", "+4915122222", "+4915133333", "+4915111111"};
  return {kPhones.begin(), kPhones.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// Read by the library alone, without what Lethe refuses besides.
bool IsObjectThatSays(const std::string& body, const char* status) {
  const json answer = json::parse(body, nullptr, false);
  return answer.is_object() && answer.value("status", json()) == json(status);
}

void CheckReply(const VendorReply& reply, const VendorCall& call, const Transport& transport) {
  Require(std::ranges::find(kAll<OutcomeClass>, reply.outcome) != kAll<OutcomeClass>.end(),
          "the outcome is one of the outcomes");
  Require(reply.http_status == transport.http_status, "the status is that of the answer");
  Require(reply.retry_after.has_value() == transport.retry_after.has_value() &&
              (!reply.retry_after || *reply.retry_after <= milliseconds(kMaxRetryAfter)),
          "a retry is an hour away at most");
  Require(reply.faults.empty() == (reply.outcome != OutcomeClass::kPartial),
          "a partial answer has faults, and no other");
  Require(reply.faults.empty() || call.operation == Operation::kDisassociation,
          "only a disassociation is partial");
  int last = -1;
  for (const Fault& fault : reply.faults) {
    Require(last < fault.index && fault.index < static_cast<int>(call.identifiers.size()),
            "faults are of the call, ascending, each once");
    last = fault.index;
    Require(fuzz::IsCode(fault.code), "a fault's code is a few digits");
  }
}

void CheckCode(const std::string& code) {
  Require(Parse<CallCode>(code) || fuzz::IsCode(code),
          "a code is one of Lethe's words or a few digits");
}

void CheckAccepted(const VendorReply& reply, const Transport& transport) {
  if (reply.outcome != OutcomeClass::kAccepted && reply.outcome != OutcomeClass::kPartial) return;
  Require(transport.ending == Ending::kComplete && IsSuccess(transport.http_status),
          "only a whole 2xx takes identifiers");
  if (reply.outcome == OutcomeClass::kAccepted) {
    Require(IsObjectThatSays(transport.body, "success"),
            "accepted is a JSON object that says success, and nothing else");
  }
}

void Run(fuzz::Input& input) {
  const Operation operation = kAll<Operation>[input.Choose(kAll<Operation>.size())];
  const std::vector<Identifier> identifiers = Identifiers(1 + input.Choose(4));
  const VendorCall call{.account = "shop",
                        .operation = operation,
                        .kind = operation == Operation::kDisassociation ? IdentifierKind::kPhone
                                                                        : IdentifierKind::kIdentity,
                        .identifiers = identifiers,
                        .dry_run = input.Flip()};
  Transport transport = TransportOf(input);
  transport.body = input.Rest();

  const VendorReply reply = Classify(call, transport);
  CheckReply(reply, call, transport);
  CheckCode(reply.code);
  CheckAccepted(reply, transport);

  const VendorReply probe = ClassifyProbe(transport);
  Require(probe.faults.empty() && probe.outcome != OutcomeClass::kPartial,
          "a probe is about no identifier");
  CheckCode(probe.code);
  Require(probe.outcome != OutcomeClass::kAccepted || IsSuccess(transport.http_status),
          "credentials are right by a 2xx only");
}

}  // namespace
}  // namespace lethe::clevertap

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::clevertap::Run(input);
  return 0;
}
