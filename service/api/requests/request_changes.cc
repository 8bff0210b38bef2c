#include "api/requests/request_changes.h"

#include <optional>
#include <utility>

#include "api/fields/request_rules.h"
#include "api/fields/text_rules.h"
#include "api/fields/violations.h"
#include "api/requests/mapping.h"

namespace lethe::api {
namespace {

std::optional<RequestChange> ToChange(v1::RequestChange change) {
  switch (change) {
    case v1::REQUEST_CHANGE_CANCEL: return RequestChange::kCancel;
    case v1::REQUEST_CHANGE_HOLD: return RequestChange::kHold;
    case v1::REQUEST_CHANGE_RELEASE: return RequestChange::kRelease;
    default: return std::nullopt;
  }
}

/// What the messages of both services have; `change` is checked by the caller.
template <typename Request>
Result<ItemsToChange> Validate(const Request& request, RequestChange change,
                               Violations violations) {
  auto name = ParseRequestName(request.name());
  if (!name) {
    violations.Add("name", kRequestForm);
  }
  CheckOrdinals(request.ordinals(), violations);
  if (const auto fault = FaultOfJustification(request.reason()); !fault.empty()) {
    violations.Add("reason", fault);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return ItemsToChange{.request = *std::move(name),
                       .change = change,
                       .ordinals = {request.ordinals().begin(), request.ordinals().end()},
                       .reason = request.reason(),
                       .preview = request.validate_only()};
}

v1::PrivacyRequestChange::Counts ToProto(const ChangeCounts& counts) {
  v1::PrivacyRequestChange::Counts proto;
  proto.set_changed(counts[ChangeEffect::kChanged]);
  proto.set_changed_before(counts[ChangeEffect::kChangedBefore]);
  proto.set_being_sent(counts[ChangeEffect::kBeingSent]);
  proto.set_irreversible(counts[ChangeEffect::kIrreversible]);
  proto.set_in_review(counts[ChangeEffect::kInReview]);
  proto.set_final(counts[ChangeEffect::kFinal]);
  return proto;
}

}  // namespace

Result<ItemsToChange> ValidateCancel(const v1::CancelPrivacyRequestRequest& request) {
  return Validate(request, RequestChange::kCancel, {});
}

Result<ItemsToChange> ValidateChange(const v1::ChangePrivacyRequestRequest& request) {
  Violations violations;
  const auto change = ToChange(request.change());
  if (!change) violations.Add("change", "must be to cancel, to hold or to release");
  return Validate(request, change.value_or(RequestChange::kHold), std::move(violations));
}

Status ChangeItems(const ChangeParts& parts, const ItemsToChange& items, const Caller& caller,
                   const KnownAccount& account, const RequestView& before,
                   v1::PrivacyRequestChange& response) {
  const Operator by{
      .principal = caller.name(), .means = caller.means(), .justification = items.reason};
  const auto counts = parts.changer.Change({.by = by,
                                            .account = items.request.account,
                                            .request = items.request.id,
                                            .ordinals = items.ordinals,
                                            .change = items.change,
                                            .preview = items.preview});
  if (!counts) return counts.error();
  *response.mutable_counts() = ToProto(*counts);
  const Result<RequestView> now = items.preview
                                      ? Result<RequestView>(before)
                                      : parts.store.Get(items.request.account, items.request.id);
  // The change is made: where the request cannot be read, the answer lacks it.
  if (now) *response.mutable_privacy_request() = Show(*now, account, parts.clock.Now());
  return Ok();
}

}  // namespace lethe::api
