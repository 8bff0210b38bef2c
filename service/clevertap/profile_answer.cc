#include "clevertap/profile_answer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

#include "clevertap/codes.h"
#include "clevertap/lower_case.h"
#include "json/parse.h"
#include "lethe/reasons.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

/// A larger number is not a time in seconds.
constexpr std::int64_t kLastSecond = 4'102'444'800;  // 2100-01-01

/// What CleverTap gives as `code` if it has no such profile.
constexpr std::string_view kNoSuchProfile = "404";

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

LookUpOutcome ToLookUpOutcome(OutcomeClass outcome) {
  switch (outcome) {
    case OutcomeClass::kThrottled: return LookUpOutcome::kThrottled;
    case OutcomeClass::kAccountBlocked:
    case OutcomeClass::kMisconfigured: return LookUpOutcome::kBlocked;
    default: return LookUpOutcome::kUnknown;
  }
}

bool IsNullOrMissing(const json* value) { return value == nullptr || value->is_null(); }

/// Whether a `fail` gives no reason, or gives one that says in words that there is no such profile.
bool MaySayAbsent(const json* error) {
  if (IsNullOrMissing(error)) return true;
  if (!error->is_string() && !error->is_array()) return false;
  const std::string text = LowerCase(error->dump());
  const auto says = [&](const auto& phrases) {
    return std::ranges::any_of(
        phrases, [&](const char* phrase) { return text.find(phrase) != std::string::npos; });
  };
  // "Account not found", "Endpoint not found" and "No user permission" are about something else.
  constexpr std::array kWhat{"profile", "user", "record", "identity", "object"};
  constexpr std::array kMissing{"not found", "not exist", "no profile", "no user", "no record"};
  constexpr std::array kOthers{"account", "point",   "permission", "denied", "allow",
                               " api",    "project", "region",     "token",  "passcode"};
  return error->empty() || text == R"("")" || (says(kWhat) && says(kMissing) && !says(kOthers));
}

LookUpReply FromFail(const json& answer) {
  LookUpReply reply{.code = CodeOf(answer)};
  if (!IsNullOrMissing(Find(answer, "record"))) return reply;
  if (IsNullOrMissing(Find(answer, "code"))) {
    if (MaySayAbsent(Find(answer, "error"))) reply.outcome = LookUpOutcome::kAbsent;
  } else if (reply.code == kNoSuchProfile) {
    reply.outcome = LookUpOutcome::kAbsent;
  } else {
    reply.outcome = ToLookUpOutcome(MeaningOfCode(reply.code));
  }
  return reply;
}

LookUpReply FromBody(const std::string& body) {
  LookUpReply reply{.code = Text(CallCode::kUnreadable)};
  const std::optional<json> parsed = ParseJson(body);
  if (!parsed) return reply;
  const json& answer = *parsed;
  const json* const status = Find(answer, "status");
  const json* const record = Find(answer, "record");
  if (status == nullptr || !status->is_string()) return reply;
  const std::string& said = status->get_ref<const std::string&>();
  if (said == "fail") return FromFail(answer);
  if (said != "success" || record == nullptr || DeniesSuccess(answer)) return reply;
  if (record->is_null()) return {.outcome = LookUpOutcome::kAbsent};
  if (!IsProfile(*record)) return reply;
  return {.outcome = LookUpOutcome::kFound,
          .profile = {.object_ids = ObjectIds(*record), .first_seen = FirstSeen(*record)}};
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
