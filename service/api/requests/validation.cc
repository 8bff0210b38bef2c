#include "api/requests/validation.h"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include "api/fields/identifier_rules.h"
#include "api/fields/list_rules.h"
#include "api/fields/page_token.h"
#include "api/fields/request_rules.h"
#include "api/fields/text_rules.h"
#include "api/fields/time_rules.h"
#include "api/fields/violations.h"
#include "lethe/limits.h"
#include "lethe/operation_traits.h"

namespace lethe::api {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

static_assert(kMaxIdentifiersPerRequest == 1000 && kMaxSubmitTimeAhead.count() == 5 &&
                  kLegalTerm.count() == 45 && kMaxDueTimeAhead.count() == 366,
              "the descriptions below name these limits");

/// One list of identifiers as the caller sent it.
struct IdentifierList {
  std::string path;
  Operation operation;
  IdentifierKind kind;
  const Texts& texts;
};

std::optional<IdentifierList> FindIdentifiers(const v1::CreatePrivacyRequestRequest& request,
                                              Violations& violations) {
  using Request = v1::CreatePrivacyRequestRequest;
  switch (request.operation_case()) {
    case Request::kErasure: {
      const v1::Erasure& erasure = request.erasure();
      if (erasure.identities().empty() == erasure.guids().empty()) {
        violations.Add("erasure", erasure.guids().empty()
                                      ? "must have at least one of identities or guids"
                                      : "must have identities or guids, not both: send two "
                                        "requests, each with its own idempotency key");
        return std::nullopt;
      }
      if (erasure.guids().empty()) {
        return IdentifierList{"erasure.identities", Operation::kErasure, IdentifierKind::kIdentity,
                              erasure.identities()};
      }
      return IdentifierList{"erasure.guids", Operation::kErasure, IdentifierKind::kGuid,
                            erasure.guids()};
    }
    case Request::kDemerge:
      return IdentifierList{"demerge.identities", Operation::kDemerge, IdentifierKind::kIdentity,
                            request.demerge().identities()};
    case Request::kDisassociation:
      return IdentifierList{"disassociation.phones", Operation::kDisassociation,
                            IdentifierKind::kPhone, request.disassociation().phones()};
    case Request::OPERATION_NOT_SET: break;
  }
  violations.Add("operation", "must be one of erasure, demerge or disassociation");
  return std::nullopt;
}

std::vector<NewItem> FoldDuplicates(const Texts& texts) {
  std::vector<NewItem> items;
  items.reserve(static_cast<std::size_t>(texts.size()));
  std::unordered_set<std::string_view> seen;
  seen.reserve(items.capacity());
  for (int i = 0; i < texts.size(); ++i) {
    if (seen.insert(texts[i]).second) items.push_back({Identifier(texts[i]), i});
  }
  return items;
}

void CheckIdentifiers(const IdentifierList& list, Violations& violations) {
  if (list.texts.empty()) violations.Add(list.path, "must have at least one identifier");
  if (list.texts.size() > kMaxIdentifiersPerRequest) {
    violations.Add(list.path,
                   "must have at most 1000 identifiers: split the request, each part "
                   "with its own idempotency key");
    return;
  }
  for (int i = 0; i < list.texts.size(); ++i) {
    if (const auto fault = FaultOfIdentifier(list.kind, list.texts[i])) {
      violations.Add(ToViolation(list.path + '[' + std::to_string(i) + ']', *fault));
    }
  }
}

/// One that has passed is taken while the law still asks for an answer: the request is late, and
/// the caller is told so. Further off, on either side, it is a mistake, such as milliseconds that
/// were taken for seconds.
void CheckDueTime(TimePoint due_time, TimePoint now, Violations& violations) {
  if (due_time < now - kLegalTerm) {
    violations.Add({.field = "due_time",
                    .description = "must not have passed more than 45 days ago",
                    .reason = "DUE_TIME_LONG_PASSED"});
  }
  if (due_time > now + kMaxDueTimeAhead) {
    violations.Add({.field = "due_time",
                    .description = "must be within 366 days from now",
                    .reason = "DUE_TIME_TOO_FAR"});
  }
}

std::string ListName(const RequestName& request) {
  return "items/" + FormatRequestName(request.account, request.id);
}

/// Where the page starts; nothing for the first one.
template <typename Parent>
std::optional<std::int64_t> CheckPageToken(const Parent& parent, std::string_view token,
                                           std::int64_t max, Violations& violations) {
  if (token.empty()) return std::nullopt;
  const auto last = DecodePageToken(ListName(parent), token);
  if (!last || *last < 0 || *last > max) {
    AddBadPageToken(violations);
    return std::nullopt;
  }
  return last;
}

}  // namespace

Result<NewRequest> ValidateCreate(const v1::CreatePrivacyRequestRequest& request,
                                  std::string principal, TimePoint now) {
  Violations violations;
  auto account = ParseAccountName(request.parent());
  if (!account) violations.Add("parent", kAccountForm);
  if (const auto fault = FaultOfIdempotencyKey(request.idempotency_key()); !fault.empty()) {
    violations.Add("idempotency_key", fault);
  }
  const auto list = FindIdentifiers(request, violations);
  if (list) CheckIdentifiers(*list, violations);

  if (request.check_with_vendor()) {
    if (!request.validate_only()) {
      violations.Add("check_with_vendor",
                     "needs validate_only: it asks CleverTap and keeps nothing");
    } else if (list && !HasDryRun(list->operation)) {
      violations.Add("check_with_vendor",
                     "must not be set: CleverTap can only be asked about a "
                     "disassociation");
    }
  }

  const auto submit_time =
      CheckTime(request.has_submit_time(), request.submit_time(), "submit_time", violations);
  const auto due_time =
      CheckTime(request.has_due_time(), request.due_time(), "due_time", violations);
  if (submit_time && *submit_time > now + kMaxSubmitTimeAhead) {
    violations.Add("submit_time", "must not be later than now, give or take five minutes");
  }
  if (submit_time && due_time && *due_time <= *submit_time) {
    violations.Add("due_time", "must be after submit_time");
  } else if (due_time) {
    CheckDueTime(*due_time, now, violations);
  }
  if (!violations.empty()) return std::move(violations).ToError();

  NewRequest valid{.principal = std::move(principal),
                   .account = *std::move(account),
                   .idempotency_key = request.idempotency_key(),
                   .operation = list->operation,
                   .kind = list->kind,
                   .items = FoldDuplicates(list->texts),
                   .submit_time = submit_time,
                   .due_time = due_time};
  valid.duplicate_count = list->texts.size() - static_cast<int>(valid.items.size());
  return valid;
}

Result<RequestName> ValidateGet(const v1::GetPrivacyRequestRequest& request) {
  auto name = ParseRequestName(request.name());
  if (!name) return InvalidField("name", kRequestForm);
  return *std::move(name);
}

Result<ItemsQuery> ValidateListItems(const v1::ListPrivacyRequestItemsRequest& request) {
  Violations violations;
  auto name = ParseRequestName(request.parent());
  if (!name) violations.Add("parent", kRequestForm);
  const int page_size = CheckPageSize(request.page_size(), violations);
  int after_ordinal = -1;
  if (name) {
    const auto last =
        CheckPageToken(*name, request.page_token(), kMaxIdentifiersPerRequest - 1, violations);
    if (last) after_ordinal = static_cast<int>(*last);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return ItemsQuery{*std::move(name), page_size, after_ordinal};
}

std::string NextPageToken(const ItemsQuery& query, int last_ordinal) {
  return EncodePageToken(ListName(query.request), last_ordinal);
}

}  // namespace lethe::api
