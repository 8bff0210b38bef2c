#include "clevertap/profile_answer.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/fuzz.h"

// An answer of CleverTap to the look-up of a profile: choices, then the body. And the path of a
// look-up, of which the body is the identifier.

namespace lethe::clevertap {
namespace {

using fuzz::Require;
using nlohmann::json;

constexpr std::array kEndings{Ending::kComplete, Ending::kTimeout, Ending::kBroken,
                              Ending::kTooLarge};
constexpr std::array kStatuses{200, 0, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503};

/// Read by the library alone, without what Lethe refuses besides.
void CheckAnswer(const LookUpReply& reply, const Transport& transport) {
  const json answer = json::parse(transport.body, nullptr, false);
  Require(
      transport.ending == Ending::kComplete && transport.http_status == 200 && answer.is_object(),
      "only an object in a whole 200 says who is there");
  const json status = answer.value("status", json());
  const json record = answer.value("record", json());
  if (reply.outcome == LookUpOutcome::kFound) {
    Require(status == json("success") && record.is_object(), "who is found has a record");
  } else {
    Require(record.is_null() && (status == json("success") || status == json("fail")),
            "who is absent has no record");
  }
}

void CheckPath(const std::string& text) {
  const std::string path = ProfilePath(
      {.account = "shop", .kind = IdentifierKind::kIdentity, .identifier = Identifier(text)});
  const std::string value = path.substr(path.find('=') + 1);
  Require(value.find_first_of("&=#?/ \r\n") == std::string::npos, "a path has one parameter");
  Require(!value.empty() || text.empty(), "a look-up names somebody");
}

void Run(fuzz::Input& input) {
  Transport transport{.ending = kEndings[input.Choose(kEndings.size())]};
  transport.body_left = input.Flip();
  transport.http_status = kStatuses[input.Choose(kStatuses.size())];
  transport.body = input.Rest();

  const LookUpReply reply = ClassifyLookUp(transport);
  Require(!Name(reply.outcome).empty(), "the outcome is one of the outcomes");
  Require(reply.http_status == transport.http_status, "the status is that of the answer");
  Require(Parse<CallCode>(reply.code) || fuzz::IsCode(reply.code),
          "a code is one of Lethe's words or a few digits");
  if (IsAnswer(reply.outcome)) CheckAnswer(reply, transport);
  if (reply.outcome != LookUpOutcome::kFound) {
    Require(reply.profile.object_ids.empty() && !reply.profile.first_seen,
            "only who is found has a profile");
  }
  for (const Identifier& id : reply.profile.object_ids) {
    Require(!id.Reveal().empty(), "a CleverTap ID is not empty");
  }
  if (reply.profile.first_seen) {
    Require(*reply.profile.first_seen > TimePoint() &&
                *reply.profile.first_seen <=
                    TimePoint(std::chrono::sys_days{std::chrono::year{2100} / 1 / 1}),
            "a first event is after 1970 and before 2100");
  }
  CheckPath(transport.body);
}

}  // namespace
}  // namespace lethe::clevertap

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::clevertap::Run(input);
  return 0;
}
