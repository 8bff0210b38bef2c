#include "clevertap/folding.h"

#include <map>
#include <string_view>
#include <utility>

namespace lethe::clevertap {

Folded Fold(std::span<const Identifier> identifiers) {
  Folded folded;
  std::map<std::string_view, int> known;
  for (const Identifier& identifier : identifiers) {
    const auto next = static_cast<int>(folded.distinct.size());
    const auto [entry, is_new] = known.emplace(identifier.Reveal(), next);
    if (is_new) folded.distinct.push_back(identifier);
    folded.distinct_of.push_back(entry->second);
  }
  return folded;
}

VendorReply Unfold(VendorReply reply, const Folded& folded) {
  if (folded.distinct.size() == folded.distinct_of.size()) return reply;
  std::map<int, Fault> fault_of;
  for (Fault& fault : reply.faults) fault_of.emplace(fault.index, std::move(fault));
  reply.faults.clear();
  for (int place = 0; place < static_cast<int>(folded.distinct_of.size()); ++place) {
    const auto found = fault_of.find(folded.distinct_of[static_cast<std::size_t>(place)]);
    if (found == fault_of.end()) continue;
    reply.faults.push_back(found->second);
    reply.faults.back().index = place;
  }
  return reply;
}

}  // namespace lethe::clevertap
