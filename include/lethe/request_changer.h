#pragma once

#include <span>
#include <string_view>

#include "lethe/audit.h"
#include "lethe/request.h"
#include "lethe/request_change.h"
#include "lethe/result.h"

namespace lethe {

struct ChangeRequestParams {
  const Operator& by;  ///< Who decides, and why.
  std::string_view account;
  RequestId request;
  std::span<const int> ordinals;  ///< Of its items, each once; empty: all.
  RequestChange change;
  bool preview;  ///< Only count.
};

/// Changes what becomes of a request's items. Thread-safe; nothing here throws.
class RequestChanger {
 public:
  virtual ~RequestChanger() = default;

  /// In one transaction, which no claim of the account runs beside: what was not claimed before it
  /// and is changed by it is in no call. Counts the items by EffectOf(), and writes an audit event
  /// for each run of a batch that it changes. Repeating it changes nothing more.
  ///   kNotFound     REQUEST_NOT_FOUND; ITEM_NOT_FOUND: the request has no item of an ordinal.
  ///                 Nothing is changed then;
  ///   kUnavailable  STORE_UNAVAILABLE: whether it was done, a repeat tells.
  virtual Result<ChangeCounts> Change(const ChangeRequestParams& params) = 0;
};

}  // namespace lethe
