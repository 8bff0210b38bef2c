#include "api/requests/list_requests.h"

#include <algorithm>

#include "api/gate/scopes.h"
#include "api/requests/list_validation.h"
#include "api/requests/mapping.h"

namespace lethe::api {

Status ListRequests(RequestLists& lists, const KnownAccounts& accounts, TimePoint now,
                    const v1::ListPrivacyRequestsRequest& request, const Caller& caller,
                    v1::ListPrivacyRequestsResponse& response) {
  auto query = ValidateList(request);
  if (!query) return query.error();
  const auto shown = ShownAccounts(query->account, query->operation, caller, accounts);
  if (!shown) return shown.error();
  if (shown->empty()) return Ok();
  query->filter.scopes = ScopesOf(*shown);
  const auto found = lists.Find({.filter = query->filter,
                                 .idempotency_key = query->idempotency_key,
                                 .order = query->order,
                                 .after = query->after,
                                 .page_size = query->page_size,
                                 .now = now});
  if (!found) return found.error();
  for (const RequestView& view : found->rows) {
    const auto account = std::ranges::find_if(
        *shown, [&](const ShownAccount& one) { return one.scope.account == view.account; });
    *response.add_privacy_requests() = Show(view, account->known, now);
  }
  if (found->next) response.set_next_page_token(NextPageToken(*query, *found->next));
  return Ok();
}

}  // namespace lethe::api
