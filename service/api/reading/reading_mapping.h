#pragma once

#include "lethe/request_lists.h"
#include "lethe/v1/reading_service.pb.h"

namespace lethe::api {

v1::ItemException ToProto(const ExceptionView& view);
v1::PeriodSummary ToProto(const PeriodSummary& period);
v1::OpenSummary ToProto(const OpenSummary& open);
v1::SubjectItem ToProto(const SubjectItem& item);

}  // namespace lethe::api
