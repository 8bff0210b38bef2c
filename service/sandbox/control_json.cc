#include "sandbox/control_json.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "json/parse.h"

namespace lethe::sandbox {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostOfInt = std::numeric_limits<int>::max();
constexpr std::int64_t kMostOfAll = std::numeric_limits<std::int64_t>::max();

/// No client waits for a day, and a wait of all milliseconds that there are would be over at once.
constexpr std::int64_t kLongestDelay = 24 * 60 * 60 * 1000;

/// Sixty-four times what a client of Lethe reads; the sandbox has it in memory.
constexpr std::int64_t kMostBytes = 64 * 1024 * 1024;

/// Stays inside this file: Guarded() turns it into an Error.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The library would cut off what does not fit the field.
std::int64_t WholeNumber(const std::string& name, const json& number, std::int64_t min,
                         std::int64_t max) {
  if (!number.is_number_integer()) throw Wrong("`" + name + "` has the wrong type");
  const bool is_huge =
      number.is_number_unsigned() && number.get<std::uint64_t>() > static_cast<std::uint64_t>(max);
  if (is_huge || number.get<std::int64_t>() > max) {
    throw Wrong("`" + name + "` must be at most " + std::to_string(max));
  }
  if (number.get<std::int64_t>() < min) {
    throw Wrong("`" + name + "` must be at least " + std::to_string(min));
  }
  return number.get<std::int64_t>();
}

/// Takes the members of an object one by one; what is left at the end is unknown.
class Members {
 public:
  explicit Members(json object, const std::string& what) : object_(std::move(object)) {
    if (!object_.is_object()) throw Wrong(what + " must be an object");
  }

  template <typename T>
  bool Take(const std::string& name, T& field) {
    const auto member = object_.find(name);
    if (member == object_.end()) return false;
    try {
      field = member->template get<T>();
    } catch (const json::exception&) {
      throw Wrong("`" + name + "` has the wrong type");
    }
    object_.erase(member);
    return true;
  }

  /// A whole number within the bounds, both included.
  template <typename T>
  void TakeWithin(const std::string& name, std::int64_t min, std::int64_t max, T& field) {
    json number;
    if (Take(name, number)) field = static_cast<T>(WholeNumber(name, number, min, max));
  }

  template <typename T>
  T Need(const std::string& name) {
    T field;
    if (!Take(name, field)) throw Wrong("`" + name + "` is missing");
    return field;
  }

  void Finish() const {
    if (!object_.empty()) throw Wrong("`" + object_.begin().key() + "` is unknown");
  }

 private:
  json object_;
};

template <typename Enum, std::size_t kCount>
Enum Parse(const std::array<Enum, kCount>& all, const std::string& member,
           const std::string& name) {
  for (const Enum value : all) {
    if (Name(value) == name) return value;
  }
  throw Wrong("`" + member + "` has no value `" + name + "`");
}

Fault ReadFault(const json& element) {
  if (element.is_string()) return {.kind = Parse(kFaultKinds, "kind", element.get<std::string>())};
  Members members(element, "a fault");
  Fault fault;
  fault.kind = Parse(kFaultKinds, "kind", members.Need<std::string>("kind"));
  std::string word;
  if (members.Take("api", word)) fault.api = Parse(kEndpoints, "api", word);
  members.Take("account_id", fault.account_id);
  if (members.Take("identifier_kind", word)) {
    fault.identifier_kind = Parse(kCallKinds, "identifier_kind", word);
  }
  members.Take("identifier", fault.identifier);
  members.TakeWithin("skip", 0, kMostOfInt, fault.skip);
  members.TakeWithin("times", 0, kMostOfInt, fault.times);
  members.Take("after_effect", fault.after_effect);
  members.TakeWithin("status", 200, 599, fault.status);
  members.Take("body", fault.body);
  std::int64_t retry_after_s = -1;
  members.TakeWithin("retry_after_s", 0, kMostOfInt, retry_after_s);
  if (retry_after_s >= 0) fault.retry_after = std::chrono::seconds(retry_after_s);
  members.TakeWithin("delay_ms", 0, kLongestDelay, fault.delay);
  members.TakeWithin("bytes", 0, kMostBytes, fault.bytes);
  members.TakeWithin("every", 1, kMostOfInt, fault.every);
  std::vector<json> codes;
  if (members.Take("codes", codes)) {
    fault.codes.clear();
    for (const json& code : codes) {
      fault.codes.push_back(static_cast<int>(WholeNumber("codes", code, 0, kMostOfInt)));
    }
  }
  if (fault.codes.empty()) throw Wrong("`codes` must not be empty");
  members.Take("text_codes", fault.text_codes);
  members.Take("listed_errors", fault.listed_errors);
  members.Finish();
  return fault;
}

RandomFaults ReadRandomFaults(const json& element) {
  Members members(element, "random faults");
  RandomFaults faults;
  members.Take("probability", faults.probability);
  if (!(faults.probability >= 0 && faults.probability <= 1)) {
    throw Wrong("`probability` must be from 0 to 1");
  }
  members.TakeWithin("seed", 0, kMostOfAll, faults.seed);
  std::vector<json> kinds;
  members.Take("kinds", kinds);
  for (const json& kind : kinds) faults.kinds.push_back(ReadFault(kind));
  members.Finish();
  return faults;
}

Event ReadEvent(const json& element) {
  Members members(element, "an event");
  Event event;
  members.TakeWithin("count", 0, kMostOfAll, event.count);
  members.TakeWithin("first_seen", 0, kMostOfAll, event.first_seen);
  members.TakeWithin("last_seen", 0, kMostOfAll, event.last_seen);
  members.Finish();
  return event;
}

Device ReadDevice(const json& element) {
  Members members(element, "a device");
  Device device;
  if (!members.Take("guid", device.guid)) throw Wrong("`guid` of a device is missing");
  members.Take("platform", device.platform);
  members.Finish();
  return device;
}

Profile ReadProfile(const json& element) {
  Members members(element, "a profile");
  Profile profile;
  members.Take("identities", profile.identities);
  std::vector<json> devices;
  members.Take("devices", devices);
  for (const json& device : devices) profile.devices.push_back(ReadDevice(device));
  members.Take("email", profile.email);
  members.Take("phone", profile.phone);
  std::map<std::string, json> events;
  members.Take("events", events);
  for (const auto& [name, event] : events) profile.events[name] = ReadEvent(event);
  members.Finish();
  return profile;
}

template <typename Read>
auto Guarded(std::string_view body, Read read) -> Result<decltype(read(json()))> {
  try {
    const std::optional<json> parsed = ParseJson(body);
    if (!parsed) throw Wrong("the body is no JSON, or nested too deep");
    return read(*parsed);
  } catch (const Wrong& wrong) {
    return Error{ErrorCode::kInvalidArgument, "CONTROL_INVALID", wrong.what()};
  }
}

json Write(const Tally& tally) {
  json by_status = json::object();
  for (const auto& [status, count] : tally.by_status) by_status[std::to_string(status)] = count;
  json violations = json::object();
  for (const auto& [kind, count] : tally.violations) violations[std::string(Name(kind))] = count;
  return {{"calls", tally.calls},
          {"identifiers_taken", tally.identifiers_taken},
          {"distinct_identifiers", tally.distinct_identifiers},
          {"repeated_identifiers", tally.repeated_identifiers},
          {"repeated_calls", tally.repeated_calls},
          {"dry_runs", tally.dry_runs},
          {"unprocessed", tally.unprocessed},
          {"largest_call", tally.largest_call},
          {"peak_concurrency", tally.peak_concurrency},
          {"wrong_credentials", tally.wrong_credentials},
          {"faults", tally.faults},
          {"by_status", std::move(by_status)},
          {"violation_count", tally.violation_count()},
          {"violations", std::move(violations)}};
}

json Write(const ProfileCounts& counts) {
  return {{"profiles", counts.profiles},
          {"marked_for_deletion", counts.marked_for_deletion},
          {"marked_for_demerge", counts.marked_for_demerge},
          {"deleted", counts.deleted},
          {"demerged", counts.demerged},
          {"disassociated", counts.disassociated}};
}

}  // namespace

Result<FaultOrder> ReadFaults(std::string_view body) {
  return Guarded(body, [](const json& parsed) {
    FaultOrder order;
    if (parsed.is_array()) {
      for (const json& element : parsed) order.queued.push_back(ReadFault(element));
    } else if (parsed.contains("probability")) {
      order.random = ReadRandomFaults(parsed);
    } else {
      order.queued.push_back(ReadFault(parsed));
    }
    return order;
  });
}

Result<ProfileOrder> ReadProfiles(std::string_view body) {
  return Guarded(body, [](const json& parsed) {
    Members members(parsed, "the body");
    ProfileOrder order{.account_id = members.Need<std::string>("account_id"), .profiles = {}};
    std::vector<json> profiles;
    members.Take("profiles", profiles);
    for (const json& profile : profiles) order.profiles.push_back(ReadProfile(profile));
    members.Finish();
    return order;
  });
}

Result<PasscodeOrder> ReadPasscodes(std::string_view body) {
  return Guarded(body, [](const json& parsed) {
    Members members(parsed, "the body");
    PasscodeOrder order{.account_id = members.Need<std::string>("account_id"),
                        .passcodes = members.Need<std::vector<std::string>>("passcodes")};
    members.Finish();
    return order;
  });
}

Result<PoisonOrder> ReadPoison(std::string_view body) {
  return Guarded(body, [](const json& parsed) {
    Members members(parsed, "the body");
    PoisonOrder order{.account_id = members.Need<std::string>("account_id"),
                      .identifiers = members.Need<std::vector<std::string>>("identifiers")};
    members.Finish();
    return order;
  });
}

Result<EffectsQuery> ReadEffectsQuery(std::string_view body) {
  return Guarded(body, [](const json& parsed) {
    Members members(parsed, "the body");
    EffectsQuery query{.account_id = members.Need<std::string>("account_id"),
                       .api = Parse(kEndpoints, "api", members.Need<std::string>("api")),
                       .identifiers = members.Need<std::vector<std::string>>("identifiers")};
    members.Finish();
    return query;
  });
}

std::string WriteReport(const Report& report) {
  json accounts = json::object();
  for (const auto& [id, account] : report.accounts) {
    json apis = json::object();
    for (const auto& [endpoint, tally] : account.apis) {
      apis[std::string(Name(endpoint))] = Write(tally);
    }
    accounts[id] = {{"total", Write(account.total)},
                    {"apis", std::move(apis)},
                    {"profiles", Write(account.profiles)}};
  }
  const json written = {{"total", Write(report.total)},
                        {"profiles", Write(report.profiles)},
                        {"nights", report.nights},
                        {"accounts", std::move(accounts)}};
  return written.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string WriteEffects(const std::vector<Effects>& effects) {
  const auto since_1970 = [](const Effects& of, TimePoint time) {
    if (of.count == 0) return json();
    return json(std::chrono::floor<milliseconds>(time).time_since_epoch().count());
  };
  json written = json::array();
  for (const Effects& of : effects) {
    written.push_back({{"count", of.count},
                       {"first_ms", since_1970(of, of.first)},
                       {"last_ms", since_1970(of, of.last)}});
  }
  return json{{"effects", std::move(written)}}.dump();
}

}  // namespace lethe::sandbox
