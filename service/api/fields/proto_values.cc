#include "api/fields/proto_values.h"

#include <google/protobuf/util/time_util.h>

namespace lethe::api {

google::protobuf::Timestamp ToProto(TimePoint time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(time.time_since_epoch().count());
}

v1::Operation ToProto(Operation operation) {
  switch (operation) {
    case Operation::kErasure: return v1::OPERATION_ERASURE;
    case Operation::kDemerge: return v1::OPERATION_DEMERGE;
    case Operation::kDisassociation: return v1::OPERATION_DISASSOCIATION;
  }
  return v1::OPERATION_UNSPECIFIED;
}

std::optional<Operation> ToOperation(v1::Operation operation) {
  for (const Operation one : kAll<Operation>) {
    if (ToProto(one) == operation) return one;
  }
  return std::nullopt;
}

v1::IdentifierKind ToProto(IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::kIdentity: return v1::IDENTIFIER_KIND_IDENTITY;
    case IdentifierKind::kGuid: return v1::IDENTIFIER_KIND_GUID;
    case IdentifierKind::kPhone: return v1::IDENTIFIER_KIND_PHONE;
  }
  return v1::IDENTIFIER_KIND_UNSPECIFIED;
}

}  // namespace lethe::api
