#include "lethed/issuer_upkeep.h"

#include <utility>

namespace lethe {

Status IssuerUpkeep::Begin() {
  auto text = read_(entry_.keys_file);
  return text.ok() ? TakeUp(*std::move(text)) : Status(text.error());
}

bool IssuerUpkeep::Look() {
  auto text = read_(entry_.keys_file);
  const bool changed = text.ok() && *text != text_;
  if (changed && *text != seen_) {
    seen_ = *std::move(text);  // perhaps its writer is not done
    return false;
  }
  const Status taken = text.ok() ? TakeUp(*std::move(text)) : Status(text.error());
  const std::string problem = taken.ok() ? "" : taken.error().message;
  if (problem != told_) {
    if (!taken.ok()) observer_->ShowIssuerRefused(entry_.issuer.name, taken.error());
    if (taken.ok()) observer_->ShowIssuerMended(entry_.issuer.name);
    told_ = problem;
  }
  if (!changed || !taken.ok()) return false;
  Show();
  return true;
}

Status IssuerUpkeep::TakeUp(std::string text) {
  seen_.clear();
  if (text == text_) return Ok();
  auto keys = runtime::ParseIssuerKeys(entry_, text);
  if (!keys.ok()) {
    seen_ = std::move(text);
    return keys.error();
  }
  text_ = std::move(text);
  keys_ = *std::move(keys);
  return Ok();
}

}  // namespace lethe
