#include "sandbox/vendor_json.h"

#include <nlohmann/json.hpp>

namespace lethe::sandbox {
namespace {

using json = nlohmann::ordered_json;

std::string_view ErrorOfStatus(int status) {
  switch (status) {
    case 400: return "Invalid parameter";
    case 401: return "Account ID is not valid";
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 409: return "Conflict";
    case 429: return "Too many concurrent requests";
    case 503: return "Service unavailable, try later";
    default: return "An unknown error occurred";
  }
}

std::string_view ErrorOfRecord(int code) {
  switch (code) {
    case 516: return "Phone number is invalid";
    case 523: return "Identity is missing";
    case 555: return "Miscellaneous server error";
    default: return "Record is invalid";
  }
}

json Record(CallKind kind, const std::string& identifier) {
  switch (kind) {
    case CallKind::kIdentity: return {{"identity", identifier}};
    case CallKind::kGuid: return {{"guid", identifier}};
    case CallKind::kPhone: break;
  }
  return {{"type", "phone"}, {"value", identifier}};
}

std::string_view OutcomeWord(std::size_t refused, std::size_t all) {
  if (refused == 0) return "success";
  return refused < all ? "partial" : "fail";
}

}  // namespace

std::string SuccessAnswer() { return json{{"status", "success"}}.dump(); }

std::string FailAnswer(int code, std::string_view error) {
  return json{{"status", "fail"}, {"error", error}, {"code", code}}.dump();
}

std::string StatusAnswer(int status) {
  if (status == 204) return "";
  if (status >= 200 && status < 300) return SuccessAnswer();
  return FailAnswer(status, ErrorOfStatus(status));
}

std::string FailWithoutRecords(Endpoint endpoint) {
  if (endpoint != Endpoint::kDisassociate) return StatusAnswer(500);
  return json{{"status", "fail"}, {"processed", 0}, {"unprocessed", json::array()}}.dump();
}

std::string RecordsAnswer(const Call& call, const std::vector<UnprocessedRecord>& unprocessed,
                          const AnswerStyle& style) {
  json records = json::array();
  for (const auto& [index, code] : unprocessed) {
    // CleverTap's texts count records from 1.
    const std::string error =
        std::string(ErrorOfRecord(code)) + ", record " + std::to_string(index + 1);
    records.push_back({{"status", "fail"},
                       {"code", style.text_codes ? json(std::to_string(code)) : json(code)},
                       {"error", style.listed_errors ? json::array({error}).dump() : error},
                       {"record", Record(call.kind, call.identifiers[index])}});
  }
  const std::size_t all = call.identifiers.size();
  return json{{"status", OutcomeWord(unprocessed.size(), all)},
              {"processed", all - unprocessed.size()},
              {"unprocessed", std::move(records)}}
      .dump();
}

std::string ProfileAnswer(const Profile& profile) {
  json data = json::object();
  if (!profile.identities.empty()) data["identity"] = profile.identities.front();
  if (!profile.email.empty()) data["email"] = profile.email;
  if (!profile.phone.empty()) data["phone"] = profile.phone;
  json events = json::object();
  for (const auto& [name, event] : profile.events) {
    events[name] = {
        {"count", event.count}, {"first_seen", event.first_seen}, {"last_seen", event.last_seen}};
  }
  json devices = json::array();
  for (const Device& device : profile.devices) {
    devices.push_back({{"platform", device.platform}, {"objectId", device.guid}});
  }
  return json{{"status", "success"},
              {"record",
               {{"profileData", std::move(data)},
                {"events", std::move(events)},
                {"platformInfo", std::move(devices)}}}}
      .dump();
}

std::string NoProfileAnswer() { return json{{"status", "success"}, {"record", nullptr}}.dump(); }

std::string HugeAnswer(std::size_t bytes) {
  constexpr std::string_view kHead = R"({"status":"success","padding":")";
  constexpr std::string_view kTail = R"("})";
  const std::size_t frame = kHead.size() + kTail.size();
  const std::size_t padding = bytes > frame ? bytes - frame : 0;
  return std::string(kHead) + std::string(padding, 'x') + std::string(kTail);
}

}  // namespace lethe::sandbox
