#pragma once

#include <utility>
#include <vector>

#include "contract/request_store/request_store_contract.h"
#include "lethe/limits.h"

namespace lethe {

/// The part of the contract that is about ItemView::unlinked. Instantiate it like the rest.
class UnlinkedIdentities : public RequestStoreContract {
 protected:
  Admission Keep(NewRequest request) {
    const auto admission = Submit(std::move(request));
    if (admission) return *admission;
    ADD_FAILURE() << admission.error().message;
    return {};
  }

  /// The ordinals of the request's unlinked items. Expects that Get() counts as many.
  std::vector<int> Unlinked(const Admission& admission, const std::string& account = "acme") {
    const auto items = store().ListItems({account, admission.id, -1, kMaxPageSize});
    EXPECT_TRUE(items);
    std::vector<int> unlinked;
    for (const ItemView& item : items.value().rows) {
      if (item.unlinked) unlinked.push_back(item.ordinal);
    }
    EXPECT_EQ(store().Get(account, admission.id).value().unlinked_count, std::ssize(unlinked));
    return unlinked;
  }
};

}  // namespace lethe
