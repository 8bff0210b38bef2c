#include "clevertap/payload.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "lethe/operation_traits.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

Error Defect(std::string reason, std::string message) {
  return {.code = ErrorCode::kInternal, .reason = std::move(reason), .message = std::move(message)};
}

json Values(const VendorCall& call) {
  json values = json::array();
  for (const Identifier& identifier : call.identifiers) values.push_back(identifier.Reveal());
  return values;
}

json Phones(const VendorCall& call) {
  json records = json::array();
  for (const Identifier& identifier : call.identifiers) {
    records.push_back(json::object({{"type", "phone"}, {"value", identifier.Reveal()}}));
  }
  return records;
}

std::string PathOf(Operation operation, std::string_view disassociate_path) {
  switch (operation) {
    case Operation::kErasure: return "/1/delete/profiles.json";
    case Operation::kDemerge: return "/1/demerge/profiles.json";
    case Operation::kDisassociation: return std::string(disassociate_path);
  }
  return {};
}

json BodyOf(const VendorCall& call) {
  json body = json::object();
  switch (call.operation) {
    case Operation::kErasure: body[std::string(Name(call.kind))] = Values(call); break;
    // Not delete's key: CleverTap's own demerge samples copy delete's path and `guid`, and would
    // delete people.
    case Operation::kDemerge: body["identities"] = Values(call); break;
    case Operation::kDisassociation: body["d"] = Phones(call); break;
  }
  return body;
}

}  // namespace

Result<Payload> MakePayload(const VendorCall& call, std::string_view disassociate_path) {
  if (!Takes(call.operation, call.kind)) {
    return Defect("KIND_NOT_TAKEN", "a call for " + std::string(Name(call.operation)) +
                                        " cannot carry a " + std::string(Name(call.kind)));
  }
  if (call.dry_run && !HasDryRun(call.operation)) {
    return Defect("NO_DRY_RUN", "CleverTap has no dry run of " + std::string(Name(call.operation)));
  }
  if (call.identifiers.empty()) {
    return Defect("NO_IDENTIFIERS", "a call must carry at least one identifier");
  }
  const int capacity = EnvelopeCapacity(call.operation);
  if (call.identifiers.size() > static_cast<std::size_t>(capacity)) {
    return Defect("TOO_MANY_IDENTIFIERS", "a call for " + std::string(Name(call.operation)) +
                                              " carries at most " + std::to_string(capacity) +
                                              " identifiers");
  }
  try {
    std::string path = PathOf(call.operation, disassociate_path);
    if (call.dry_run) path += "?dryRun=1";
    return Payload{.path = std::move(path), .body = BodyOf(call).dump()};
  } catch (const json::type_error&) {  // Its text quotes bytes of the value.
    return Defect("NOT_UTF8", "an identifier of the call is not valid UTF-8");
  }
}

}  // namespace lethe::clevertap
