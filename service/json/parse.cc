#include "json/parse.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace lethe {
namespace {

using nlohmann::json;

/// Follows the parser through a document.
class Inspector {
 public:
  /// Whether the document is acceptable so far. `depth` counts what stands around the event.
  bool Accept(int depth, json::parse_event_t event, const json& value) {
    switch (event) {
      case json::parse_event_t::object_start: names_.emplace_back(); [[fallthrough]];
      case json::parse_event_t::array_start: acceptable_ &= depth < kMaxJsonDepth; break;
      case json::parse_event_t::key:
        acceptable_ = acceptable_ && names_.back().insert(value.get<std::string>()).second;
        break;
      case json::parse_event_t::object_end: names_.pop_back(); break;
      case json::parse_event_t::array_end:
      case json::parse_event_t::value: break;
    }
    return acceptable_;
  }

  bool acceptable() const { return acceptable_; }

 private:
  bool acceptable_ = true;
  std::vector<std::set<std::string>> names_;  ///< Of the objects that are open.
};

}  // namespace

std::optional<json> ParseJson(std::string_view bytes) {
  Inspector inspector;
  // The library goes on when the callback refuses a value, but keeps nothing of it.
  json value = json::parse(
      bytes,
      [&inspector](int depth, json::parse_event_t event, const json& parsed) {
        return inspector.acceptable() && inspector.Accept(depth, event, parsed);
      },
      /*allow_exceptions=*/false);
  if (!inspector.acceptable() || value.is_discarded()) return std::nullopt;
  return value;
}

}  // namespace lethe
