#include "api/reading/reading_mapping.h"

#include "api/fields/names.h"
#include "api/fields/proto_values.h"
#include "api/requests/mapping.h"

namespace lethe::api {

v1::ItemException ToProto(const ExceptionView& view) {
  const v1::PrivacyRequestItem item = ToProto(ItemView{.ordinal = view.ordinal,
                                                       .state = view.state,
                                                       .reason = view.reason,
                                                       .attempt_count = 0,
                                                       .not_before = {},
                                                       .accepted_at = {},
                                                       .window_end = {},
                                                       .finished_at = {}});
  v1::ItemException proto;
  proto.set_privacy_request(FormatRequestName(view.account, view.request));
  proto.set_ordinal(view.ordinal);
  proto.set_operation(ToProto(view.operation));
  proto.set_identifier_kind(ToProto(view.kind));
  proto.set_state(item.state());
  proto.set_reason(item.reason());
  proto.set_vendor_code(item.vendor_code());
  *proto.mutable_since_time() = ToProto(view.since);
  return proto;
}

v1::PeriodSummary ToProto(const PeriodSummary& period) {
  v1::PeriodSummary proto;
  proto.set_account(FormatAccountName(period.account));
  proto.set_operation(ToProto(period.operation));
  *proto.mutable_period_start_time() = ToProto(period.from);
  proto.set_received_count(period.received);
  proto.set_complete_count(period[RequestOutcome::kComplete]);
  proto.set_complete_in_part_count(period[RequestOutcome::kInPart]);
  proto.set_denied_count(period[RequestOutcome::kDenied]);
  proto.set_cancelled_count(period[RequestOutcome::kCancelled]);
  if (period.mean_days) {
    v1::PeriodSummary::Days& days = *proto.mutable_days();
    days.set_median(period.median_days.value_or(0));
    days.set_mean(*period.mean_days);
    days.set_p95(period.p95_days.value_or(0));
  }
  return proto;
}

v1::OpenSummary ToProto(const OpenSummary& open) {
  v1::OpenSummary proto;
  proto.set_account(FormatAccountName(open.account));
  proto.set_operation(ToProto(open.operation));
  proto.set_open_count(open.open);
  proto.set_overdue_count(open.overdue);
  proto.set_due_soon_count(open.due_soon);
  *proto.mutable_oldest_create_time() = ToProto(open.oldest);
  return proto;
}

v1::SubjectItem ToProto(const SubjectItem& item) {
  v1::SubjectItem proto;
  proto.set_privacy_request(FormatRequestName(item.account, item.request));
  proto.set_operation(ToProto(item.operation));
  proto.set_identifier_kind(ToProto(item.kind));
  *proto.mutable_create_time() = ToProto(item.create_time);
  if (item.due_time) *proto.mutable_due_time() = ToProto(*item.due_time);
  *proto.mutable_item() = ToProto(item.item);
  return proto;
}

}  // namespace lethe::api
