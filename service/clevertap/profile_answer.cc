#include "clevertap/profile_answer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

#include "clevertap/accounting.h"
#include "json/parse.h"
#include "lethe/reasons.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

/// A larger number is not a time in seconds.
constexpr std::int64_t kLastSecond = 4'102'444'800;  // 2100-01-01

std::string Escape(const std::string& value) {
  const std::unique_ptr<char, decltype(&curl_free)> escaped(
      curl_easy_escape(nullptr, value.data(), static_cast<int>(value.size())), curl_free);
  if (!escaped) throw std::bad_alloc();
  return escaped.get();
}

const json* Find(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::vector<Identifier> ObjectIds(const json& record) {
  std::vector<Identifier> ids;
  const json* const devices = Find(record, "platformInfo");
  if (devices == nullptr || !devices->is_array()) return ids;
  for (const json& device : *devices) {
    const json* const id = Find(device, "objectId");
    if (id != nullptr && id->is_string() && !id->get_ref<const std::string&>().empty()) {
      ids.emplace_back(id->get<std::string>());
    }
  }
  return ids;
}

std::optional<TimePoint> FirstSeen(const json& record) {
  std::optional<TimePoint> earliest;
  const json* const events = Find(record, "events");
  if (events == nullptr || !events->is_object()) return earliest;
  for (const json& event : *events) {
    const json* const seen = Find(event, "first_seen");
    if (seen == nullptr || !seen->is_number_integer()) continue;
    const auto second = seen->get<std::int64_t>();
    if (second <= 0 || second > kLastSecond) continue;
    const TimePoint at{std::chrono::seconds(second)};
    earliest = std::min(earliest.value_or(at), at);
  }
  return earliest;
}

bool IsProfile(const json& record) {
  return Find(record, "profileData") || Find(record, "platformInfo") || Find(record, "events");
}

/// Codes of HTTP that say something else than that there is no profile.
bool SaysAnotherFailure(const std::string& code) {
  return code.size() == 3 && (code[0] == '4' || code[0] == '5') && code != "404";
}

LookUpReply FromBody(const std::string& body) {
  LookUpReply reply{.code = Text(CallCode::kUnreadable)};
  const std::optional<json> parsed = ParseJson(body);
  if (!parsed) return reply;
  const json& answer = *parsed;
  const json* const status = Find(answer, "status");
  const json* const record = Find(answer, "record");
  if (status == nullptr || !status->is_string()) return reply;
  if (*status == "fail") {
    reply.code = CodeOf(answer);
    if (!SaysAnotherFailure(reply.code)) reply.outcome = LookUpOutcome::kAbsent;
  } else if (*status == "success" && record != nullptr && record->is_null()) {
    reply = {.outcome = LookUpOutcome::kAbsent};
  } else if (*status == "success" && record != nullptr && IsProfile(*record)) {
    reply = {.outcome = LookUpOutcome::kFound,
             .profile = {.object_ids = ObjectIds(*record), .first_seen = FirstSeen(*record)}};
  }
  return reply;
}

LookUpOutcome ToLookUpOutcome(OutcomeClass outcome) {
  switch (outcome) {
    case OutcomeClass::kThrottled: return LookUpOutcome::kThrottled;
    case OutcomeClass::kAccountBlocked:
    case OutcomeClass::kMisconfigured: return LookUpOutcome::kBlocked;
    default: return LookUpOutcome::kUnknown;
  }
}

}  // namespace

std::string ProfilePath(const LookUpCall& call) {
  const char* const key = call.kind == IdentifierKind::kGuid ? "objectId=" : "identity=";
  return std::string("/1/profile.json?") + key + Escape(call.identifier.Reveal());
}

LookUpReply NotAnswered(const VendorReply& reply) {
  return {.outcome = ToLookUpOutcome(reply.outcome),
          .http_status = reply.http_status,
          .code = reply.code,
          .retry_after = reply.retry_after};
}

LookUpReply ClassifyLookUp(const Transport& transport) {
  const bool readable = transport.http_status == 200 && transport.ending == Ending::kComplete;
  if (!readable) return NotAnswered(ClassifyProbe(transport));
  LookUpReply reply = FromBody(transport.body);
  reply.http_status = transport.http_status;
  return reply;
}

}  // namespace lethe::clevertap
