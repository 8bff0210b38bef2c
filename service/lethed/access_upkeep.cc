#include "lethed/access_upkeep.h"

#include <algorithm>
#include <utility>

namespace lethe {

Status AccessUpkeep::Begin() {
  if (parts_.path.empty()) return Ok();
  auto text = parts_.read(parts_.path);
  return text.ok() ? TakeUp(*std::move(text)) : Status(text.error());
}

runtime::Next AccessUpkeep::Look() {
  if (parts_.path.empty()) return runtime::Next::kWait;
  bool other_keys = false;
  for (IssuerUpkeep& issuer : issuers_) other_keys |= issuer.Look();
  if (other_keys) UseWhatIsKnown();
  auto text = parts_.read(parts_.path);
  if (text.ok() && *text != text_ && *text != seen_) {
    seen_ = *std::move(text);  // perhaps its writer is not done
    return runtime::Next::kWait;
  }
  const Status taken = text.ok() ? TakeUp(*std::move(text)) : Status(text.error());
  const std::string problem = taken.ok() ? "" : taken.error().message;
  if (problem != told_) {
    if (!taken.ok()) parts_.observer.ShowAccessRefused(taken.error());
    if (taken.ok()) parts_.observer.ShowAccessMended();
    told_ = problem;
  }
  return runtime::Next::kWait;
}

Status AccessUpkeep::TakeUp(std::string text) {
  seen_.clear();
  if (text == text_) return Ok();
  auto file = runtime::ParseAccessFile(parts_.path, text, parts_.accounts);
  if (!file.ok()) {
    seen_ = std::move(text);
    return file.error();
  }
  auto issuers = UpkeepsOf(file->issuers);
  if (!issuers.ok()) {
    seen_ = std::move(text);
    return issuers.error();
  }
  text_ = std::move(text);
  parts_.observer.ShowAccess(*file);
  ShowChanged(*issuers);
  issuers_ = *std::move(issuers);
  members_ = std::move(file->members);
  UseWhatIsKnown();
  return Ok();
}

/// An issuer that stays as it was keeps the keys that it has, whatever its file has now.
Result<std::vector<IssuerUpkeep>> AccessUpkeep::UpkeepsOf(
    const std::vector<runtime::IssuerEntry>& issuers) {
  std::vector<IssuerUpkeep> upkeeps;
  for (const runtime::IssuerEntry& entry : issuers) {
    const auto known = std::ranges::find(issuers_, entry, &IssuerUpkeep::entry);
    upkeeps.push_back(
        known != issuers_.end() ? *known : IssuerUpkeep(entry, parts_.read_keys, parts_.observer));
    if (known != issuers_.end()) continue;
    if (Status begun = upkeeps.back().Begin(); !begun.ok()) return begun.error();
  }
  return upkeeps;
}

void AccessUpkeep::ShowChanged(const std::vector<IssuerUpkeep>& next) const {
  for (const IssuerUpkeep& issuer : next) {
    if (std::ranges::find(issuers_, issuer.entry(), &IssuerUpkeep::entry) == issuers_.end()) {
      issuer.Show();
    }
  }
  for (const IssuerUpkeep& issuer : issuers_) {
    const std::string& name = issuer.entry().issuer.name;
    const auto is_it = [&](const IssuerUpkeep& other) { return other.entry().issuer.name == name; };
    if (std::ranges::none_of(next, is_it)) parts_.observer.ShowIssuerGone(name);
  }
}

void AccessUpkeep::UseWhatIsKnown() {
  std::vector<access::TrustedIssuer> issuers;
  for (const IssuerUpkeep& issuer : issuers_) {
    issuers.push_back({issuer.entry().issuer, issuer.keys()});
  }
  parts_.directory.Use(access::Directory(members_, std::move(issuers)));
}

}  // namespace lethe
