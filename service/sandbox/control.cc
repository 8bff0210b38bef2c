#include "sandbox/control.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/control_json.h"

namespace lethe::sandbox {
namespace {

using nlohmann::json;

Answer Done() { return {.body = "{}"}; }

Answer WrongOrder(int status, const std::string& message) {
  return {.status = status,
          .body = json{{"error", message}}.dump(-1, ' ', false, json::error_handler_t::replace)};
}

Answer AddFaults(Vendor& vendor, const std::string& body) {
  Result<FaultOrder> order = ReadFaults(body);
  if (!order) return WrongOrder(400, order.error().message);
  for (Fault& fault : order->queued) vendor.AddFault(std::move(fault));
  if (order->random) vendor.SetRandomFaults(*std::move(order->random));
  return Done();
}

Answer AddProfiles(Vendor& vendor, const std::string& body) {
  Result<ProfileOrder> order = ReadProfiles(body);
  if (!order) return WrongOrder(400, order.error().message);
  for (std::size_t i = 0; i < order->profiles.size(); ++i) {
    if (!vendor.AddProfile(order->account_id, std::move(order->profiles[i]))) {
      return WrongOrder(400,
                        "profiles[" + std::to_string(i) +
                            "] has no device, or an identity or CleverTap ID that is taken; those "
                            "before it were added");
    }
  }
  return Done();
}

Answer SetPasscodes(Vendor& vendor, const std::string& body) {
  Result<PasscodeOrder> order = ReadPasscodes(body);
  if (!order) return WrongOrder(400, order.error().message);
  vendor.SetPasscodes(order->account_id, std::move(order->passcodes));
  return Done();
}

Answer AddPoison(Vendor& vendor, const std::string& body) {
  Result<PoisonOrder> order = ReadPoison(body);
  if (!order) return WrongOrder(400, order.error().message);
  vendor.AddPoison(order->account_id, std::move(order->identifiers));
  return Done();
}

Answer ShowEffects(const Vendor& vendor, const std::string& body) {
  const Result<EffectsQuery> query = ReadEffectsQuery(body);
  if (!query) return WrongOrder(400, query.error().message);
  std::vector<Effects> effects;
  for (const std::string& identifier : query->identifiers) {
    effects.push_back(vendor.EffectsOn(query->account_id, query->api, identifier));
  }
  return {.body = WriteEffects(effects)};
}

}  // namespace

Answer HandleControl(Vendor& vendor, const HttpCall& call) {
  const std::string what = call.method + ' ' + call.path;
  if (what == "POST /sandbox/faults") return AddFaults(vendor, call.body);
  if (what == "POST /sandbox/profiles") return AddProfiles(vendor, call.body);
  if (what == "POST /sandbox/passcodes") return SetPasscodes(vendor, call.body);
  if (what == "POST /sandbox/poison") return AddPoison(vendor, call.body);
  if (what == "POST /sandbox/effects") return ShowEffects(vendor, call.body);
  if (what == "DELETE /sandbox/faults") {
    vendor.ClearFaults();
    return Done();
  }
  if (what == "POST /sandbox/night") {
    vendor.RunNight();
    return Done();
  }
  if (what == "POST /sandbox/reset") {
    vendor.Reset();
    return Done();
  }
  if (what == "GET /sandbox/report") return {.body = WriteReport(vendor.GetReport())};
  if (what == "GET /sandbox/health") return {.body = json{{"status", "ok"}}.dump()};
  return WrongOrder(404, "no such call of the control interface; sandbox.h lists them");
}

}  // namespace lethe::sandbox
