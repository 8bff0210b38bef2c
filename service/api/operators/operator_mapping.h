#pragma once

#include "lethe/account_condition.h"
#include "lethe/audit.h"
#include "lethe/pause.h"
#include "lethe/recovery.h"
#include "lethe/review_store.h"
#include "lethe/v1/operator_service.pb.h"

namespace lethe::api {

v1::Review::Attempt ToProto(const AttemptView& view);

/// Without requests and attempts.
v1::Review ToProto(const ReviewView& view);
v1::Review ToProto(const ReviewDetails& details);

v1::ReviewGroup ToProto(const ReviewGroup& group);

/// `pauses`: all that are in force.
v1::Account ToProto(const AccountCondition& condition, const std::vector<Pause>& pauses);

v1::Pause ToProto(const Pause& pause);
v1::Recovery ToProto(const Recovery& recovery);
v1::AuditEvent ToProto(const AuditEvent& event);

}  // namespace lethe::api
