#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "lethe/request_changer.h"
#include "store/session/pool.h"

namespace lethe::store {

/// What somebody wanted of a request's items, and what came of it. Not of a preview.
struct ChangeReport {
  std::string_view principal;
  std::string_view account;
  RequestId request;
  RequestChange change;
  const ChangeCounts& counts;
};

/// Changes requests in PostgreSQL, under the lock of their account.
class PgRequestChanger final : public RequestChanger {
 public:
  /// Called by the thread that changes, after the commit. May be empty.
  using ChangeObserver = std::function<void(const ChangeReport&)>;

  explicit PgRequestChanger(Pool& pool, ChangeObserver on_change = {})
      : pool_(pool), on_change_(std::move(on_change)) {}

  Result<ChangeCounts> Change(const ChangeRequestParams& params) override;

 private:
  Pool& pool_;
  const ChangeObserver on_change_;
};

}  // namespace lethe::store
