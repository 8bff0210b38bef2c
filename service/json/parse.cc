#include "json/parse.h"

#include <nlohmann/json.hpp>

namespace lethe {

using nlohmann::json;

std::optional<json> ParseJson(std::string_view bytes) {
  bool too_deep = false;
  // The library goes on when the callback refuses a value, but keeps nothing of it.
  json value = json::parse(
      bytes,
      [&too_deep](int depth, json::parse_event_t event, const json&) {
        const bool opens =
            event == json::parse_event_t::array_start || event == json::parse_event_t::object_start;
        too_deep = too_deep || (opens && depth >= kMaxJsonDepth);  // `depth` counts those around it
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (too_deep || value.is_discarded()) return std::nullopt;
  return value;
}

}  // namespace lethe
