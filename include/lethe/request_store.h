#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/audit.h"
#include "lethe/due_time.h"
#include "lethe/reasons.h"
#include "lethe/request.h"
#include "lethe/result.h"

namespace lethe {

/// The answer about a request that the account has not, or that its asker may not see.
inline Error NoSuchRequest() {
  return {.code = ErrorCode::kNotFound,
          .reason = Text(ErrorReason::kRequestNotFound),
          .message = "the account has no request with this id"};
}

/// Newest first. `before` is the last id of the page before.
struct ListRequestsParams {
  std::string_view account;
  std::optional<RequestId> before;
  int page_size;
};

/// In the order of the caller's list. `after_ordinal` is the last of the page before, -1 for the
/// first page.
struct ListItemsParams {
  std::string_view account;
  RequestId request;
  int after_ordinal;
  int page_size;
};

/// `ordinals`: of its items, each once; empty: all that are rejected.
struct RejectedItemsParams {
  std::string_view account;
  RequestId request;
  std::span<const int> ordinals;
};

struct ExtendDueTimeParams {
  const Operator& by;  ///< Who decides, and why.
  std::string_view account;
  RequestId request;
  TimePoint due_time;
  const LegalTerms& terms;  ///< Of the account's law, and its calendar.
  const TimeZone& zone;
  TimePoint now;
  bool preview;  ///< Only say whether it may be.
};

/// An item, and where it stands.
struct ItemState {
  int ordinal;
  BatchState state;
};

/// Which of the items a retry is about: their places. Errors as RequestStore::RejectedItems().
Result<std::vector<std::size_t>> ChooseRejected(std::span<const ItemState> items,
                                                std::span<const int> ordinals);

/// The answer about an extension that the law forbids.
inline Error ExtensionRefused(ExtensionFault fault) {
  return {.code = ErrorCode::kFailedPrecondition,
          .reason = Text(ErrorReason::kExtensionRefused),
          .message = std::string(Describe(fault))};
}

/// Where requests are kept and read. Thread-safe; nothing here throws.
class RequestStore {
 public:
  using SubmitDone = std::function<void(Result<Admission>)>;

  virtual ~RequestStore() = default;

  /// Keeps the request and then calls `done`, once, from any thread (before Submit returns,
  /// possibly). OK means durable. An error means that it is not kept, or that Lethe cannot tell;
  /// repeating it with the same key is safe either way.
  ///   kAlreadyExists      IDEMPOTENCY_KEY_REUSED: the principal used the key for another payload
  ///                       on this account; the violations name what differs;
  ///   kResourceExhausted  TOO_BUSY: the waiting line is full, with retry_after;
  ///   kUnavailable        STORE_UNAVAILABLE: the database is away, Lethe is stopping, or it has no
  ///                       checked keys yet;
  ///   kFailedPrecondition SCHEMA_OUT_OF_DATE; kInternal STORE_DEFECT: the database refused it.
  virtual void Submit(NewRequest request, SubmitDone done) = 0;

  /// The request as it stands now; kNotFound (REQUEST_NOT_FOUND) if the account has no request with
  /// this id.
  virtual Result<RequestView> Get(std::string_view account, RequestId id) = 0;

  /// As Get(), but for unlinked_count, which stays 0.
  virtual Result<Page<RequestView>> ListRequests(const ListRequestsParams& params) = 0;

  /// kNotFound (REQUEST_NOT_FOUND) as in Get().
  virtual Result<Page<ItemView>> ListItems(const ListItemsParams& params) = 0;

  /// Rejected items with their identifiers, for a new request that names this one.
  ///   kNotFound            REQUEST_NOT_FOUND; ITEM_NOT_FOUND: it has no item of an ordinal;
  ///   kFailedPrecondition  NOT_REJECTED: an item of the ordinals is not rejected, or none is;
  ///   kInternal            SEAL_BROKEN, UNKNOWN_KEY: an identifier cannot be read.
  virtual Result<std::vector<NewItem>> RejectedItems(const RejectedItemsParams& params) = 0;

  /// Extends the due time once more, and keeps who did so and why.
  ///   kNotFound            REQUEST_NOT_FOUND;
  ///   kFailedPrecondition  EXTENSION_REFUSED: FaultOf() says why.
  virtual Status ExtendDueTime(const ExtendDueTimeParams& params) = 0;
};

}  // namespace lethe
