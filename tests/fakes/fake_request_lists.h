#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lethe/request_lists.h"
#include "lethe/request_store.h"

namespace lethe::fakes {

/// RequestLists over a store: finds what is in there, by the newest only. Exceptions, sums and
/// people are what a test puts here; each call is written down.
class FakeRequestLists final : public RequestLists {
 public:
  /// `store` outlives it.
  explicit FakeRequestLists(RequestStore& store) : store_(store) {}

  Result<FoundRequests> Find(const FindRequestsParams& params) override {
    asked_filter = params.filter;
    std::vector<RequestView> wanted;
    for (const AccountScope& scope : params.filter.scopes) {
      auto page = store_.ListRequests({scope.account, Before(params), kAllOfThem});
      if (!page) return std::move(page).error();
      for (RequestView& view : page->rows) {
        if (IsWanted(params.filter, view, params.now)) wanted.push_back(std::move(view));
      }
    }
    std::ranges::sort(wanted, std::ranges::greater{}, &RequestView::id);
    FoundRequests found;
    const auto page_size = static_cast<std::ptrdiff_t>(params.page_size);
    if (std::ssize(wanted) > page_size) {
      wanted.erase(wanted.begin() + page_size, wanted.end());
      found.next = RequestPlace{.id = wanted.back().id};
    }
    found.rows = std::move(wanted);
    return found;
  }

  Result<Page<ExceptionView>> FindExceptions(const FindExceptionsParams& params) override {
    asked_scopes = params.scopes;
    Page<ExceptionView> page;
    for (const ExceptionView& view : exceptions) {
      if (!IsInScope(params.scopes, view.account, view.operation)) continue;
      if (params.before && !IsBehind(view, *params.before)) continue;
      if (std::ssize(page.rows) == params.page_size) {
        page.more = true;
        break;
      }
      page.rows.push_back(view);
    }
    return page;
  }

  Result<RequestSummary> Summarize(const SummaryParams& params) override {
    asked_scopes = params.scopes;
    return summary;
  }

  Result<std::vector<SubjectItem>> LookUp(const LookUpParams& params) override {
    asked_scopes = params.scopes;
    looked_up.push_back(params.identifier);
    std::vector<SubjectItem> items;
    for (const SubjectItem& item : subject_items) {
      if (IsInScope(params.scopes, item.account, item.operation)) items.push_back(item);
    }
    return items;
  }

  std::vector<ExceptionView> exceptions;  ///< Newest first.
  RequestSummary summary;
  std::vector<SubjectItem> subject_items;

  RequestFilter asked_filter;
  std::vector<AccountScope> asked_scopes;
  std::vector<Identifier> looked_up;

 private:
  static constexpr int kAllOfThem = 1'000'000;

  static std::optional<RequestId> Before(const FindRequestsParams& params) {
    return params.after ? std::optional(params.after->id) : std::nullopt;
  }
  static bool IsBehind(const ExceptionView& view, const BatchKey& place) {
    return view.envelope < place.envelope ||
           (view.envelope == place.envelope && view.pos > place.lo);
  }
  static bool IsInScope(const std::vector<AccountScope>& scopes, const std::string& account,
                        Operation operation) {
    return std::ranges::any_of(scopes, [&](const AccountScope& scope) {
      return scope.account == account && scope.operations.Contains(operation);
    });
  }

  RequestStore& store_;
};

}  // namespace lethe::fakes
