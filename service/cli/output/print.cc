#include "cli/output/print.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <utility>

#include "cli/output/words.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace lethe::cli {
namespace {

using google::protobuf::util::TimeUtil;

const char* CodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK: return "OK";
    case grpc::StatusCode::CANCELLED: return "CANCELLED";
    case grpc::StatusCode::INVALID_ARGUMENT: return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED: return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND: return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS: return "ALREADY_EXISTS";
    case grpc::StatusCode::PERMISSION_DENIED: return "PERMISSION_DENIED";
    case grpc::StatusCode::UNAUTHENTICATED: return "UNAUTHENTICATED";
    case grpc::StatusCode::RESOURCE_EXHAUSTED: return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION: return "FAILED_PRECONDITION";
    case grpc::StatusCode::UNIMPLEMENTED: return "UNIMPLEMENTED";
    case grpc::StatusCode::INTERNAL: return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE: return "UNAVAILABLE";
    default: return "UNKNOWN";
  }
}

/// The detail of this type of google.rpc, or an empty one.
template <typename Detail>
Detail Find(const google::rpc::Status& status) {
  Detail detail;
  const std::string url = "type.googleapis.com/google.rpc." + detail.GetDescriptor()->name();
  for (const auto& any : status.details()) {
    if (any.type_url() == url) detail.ParseFromString(any.value());
  }
  return detail;
}

}  // namespace

std::string Line(const v1::PrivacyRequest& request) {
  std::string line = Lower(v1::PrivacyRequest::State_Name(request.state()), "STATE_") + ' ' +
                     Lower(v1::Operation_Name(request.operation()), "OPERATION_") + ", " +
                     Items(request.item_count());
  const v1::ItemCounts& counts = request.item_counts();
  const char* separator = ": ";
  for (const auto& [count, word] :
       {std::pair(counts.waiting(), "waiting"), std::pair(counts.held(), "held"),
        std::pair(counts.sending(), "sending"), std::pair(counts.accepted(), "accepted"),
        std::pair(counts.done(), "done"), std::pair(counts.rejected(), "rejected"),
        std::pair(counts.cancelled(), "cancelled"),
        std::pair(counts.needs_review(), "needing review")}) {
    if (count == 0) continue;
    line += std::exchange(separator, ", ") + std::to_string(count) + ' ' + word;
  }
  if (request.duplicate_count() > 0) {
    line += "; " + std::to_string(request.duplicate_count()) + " duplicates folded";
  }
  line += Time(request.overdue() ? "; overdue since " : "; due ", request.has_due_time(),
               request.due_time()) +
          Time("; expected by ", request.has_expected_completion_time(),
               request.expected_completion_time()) +
          Time("; completed ", request.has_complete_time(), request.complete_time());
  if (!request.retry_of().empty()) line += "; retry of " + request.retry_of();
  for (const v1::Warning& warning : request.warnings()) {
    line += "; warning: " + warning.message() + " (" + std::to_string(warning.item_count()) +
            (warning.item_count() == 1 ? " item)" : " items)");
  }
  return line;
}

std::string Line(const v1::PrivacyRequestItem& item) {
  std::string line =
      std::to_string(item.ordinal()) + ' ' + Lower(v1::ItemState_Name(item.state()), "ITEM_STATE_");
  if (!item.reason().empty()) line += " (" + item.reason() + ')';
  if (item.attempt_count() > 0) line += "; attempts " + std::to_string(item.attempt_count());
  line += Time("; not before ", item.has_not_before(), item.not_before()) +
          Time("; accepted ", item.has_accept_time(), item.accept_time()) +
          Time("; window ends ", item.has_window_end_time(), item.window_end_time()) +
          Time("; final ", item.has_complete_time(), item.complete_time());
  if (!item.warning().empty()) line += "; warning " + item.warning();
  return line;
}

std::string Lines(const v1::VendorCheck& check) {
  const auto code = [](const std::string& its) { return its.empty() ? "" : " with code " + its; };
  if (check.refused()) return "CleverTap would refuse it as a whole" + code(check.code()) + '\n';
  std::string lines = "CleverTap would take " + Items(check.taken_count()) +
                      (check.faults_size() > 0 ? ", but not:\n" : "\n");
  for (const v1::VendorFault& fault : check.faults()) {
    lines += "  " + std::to_string(fault.ordinal()) + ' ' +
             Lower(v1::VendorFault::Kind_Name(fault.kind()), "KIND_") + code(fault.code()) + '\n';
  }
  return lines;
}

std::string ProgressBar(const v1::PrivacyRequest& request) {
  constexpr int kWidth = 20;
  const int total = std::max(request.item_count(), 1);
  const int final = request.item_counts().done() + request.item_counts().rejected() +
                    request.item_counts().cancelled();
  const int filled = std::clamp(kWidth * final / total, 0, kWidth);
  return '[' + std::string(filled, '#') + std::string(kWidth - filled, '.') + "] " +
         std::to_string(final) + '/' + std::to_string(request.item_count());
}

std::string Json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // Fails only for messages with Any or out-of-range times, which are never printed.
  static_cast<void>(google::protobuf::util::MessageToJsonString(message, &json, options));
  return json;
}

std::string Describe(const grpc::Status& status,
                     const std::function<std::string(const std::string& field)>& where) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  std::string text = CodeName(status.error_code());
  if (const auto info = Find<google::rpc::ErrorInfo>(details); !info.reason().empty()) {
    text += ' ' + info.reason();
  }
  text += ": " + status.error_message() + '\n';
  const auto bad_request = Find<google::rpc::BadRequest>(details);
  for (const auto& violation : bad_request.field_violations()) {
    text += "  " + (where ? where(violation.field()) : violation.field()) + ": " +
            (violation.reason().empty() ? "" : violation.reason() + ": ") +
            violation.description() + '\n';
  }
  if (const auto retry = Find<google::rpc::RetryInfo>(details); retry.has_retry_delay()) {
    text += "  try again in " + TimeUtil::ToString(retry.retry_delay()) + '\n';
  }
  return text;
}

}  // namespace lethe::cli
