#include "api/calls/errors.h"

#include <gmock/gmock.h>

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace lethe::api {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

TEST(ToGrpcStatus, MapsEveryCodeToItsNamesake) {
  const struct {
    ErrorCode code;
    grpc::StatusCode expected;
  } table[] = {
      {ErrorCode::kInvalidArgument, grpc::StatusCode::INVALID_ARGUMENT},
      {ErrorCode::kNotFound, grpc::StatusCode::NOT_FOUND},
      {ErrorCode::kAlreadyExists, grpc::StatusCode::ALREADY_EXISTS},
      {ErrorCode::kFailedPrecondition, grpc::StatusCode::FAILED_PRECONDITION},
      {ErrorCode::kResourceExhausted, grpc::StatusCode::RESOURCE_EXHAUSTED},
      {ErrorCode::kUnavailable, grpc::StatusCode::UNAVAILABLE},
      {ErrorCode::kInternal, grpc::StatusCode::INTERNAL},
  };
  for (const auto& row : table) {
    const auto status = ToGrpcStatus({.code = row.code, .reason = "WHY", .message = "what"});
    EXPECT_EQ(status.error_code(), row.expected);
    EXPECT_EQ(status.error_message(), "what");

    const auto details = DetailsOf(status);
    EXPECT_EQ(details.code(), row.expected);
    EXPECT_EQ(details.message(), "what");
    ASSERT_EQ(details.details_size(), 1);
    EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
    EXPECT_EQ(info.reason(), "WHY");
    EXPECT_EQ(info.domain(), "lethe");
  }
}

TEST(ToGrpcStatus, AddsViolationsAndRetryDelayWhereThereAreAny) {
  const auto details =
      DetailsOf(ToGrpcStatus({.code = ErrorCode::kResourceExhausted,
                              .reason = "TOO_BUSY",
                              .message = "come back",
                              .violations = {{"a.b[0]", "is wrong"}, {"c", "too", "TOO_LONG"}},
                              .retry_after = std::chrono::milliseconds(2500)}));
  ASSERT_EQ(details.details_size(), 3);
  EXPECT_EQ(details.details(1).type_url(), "type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(bad_request.ParseFromString(details.details(1).value()));
  ASSERT_EQ(bad_request.field_violations_size(), 2);
  EXPECT_EQ(bad_request.field_violations(0).field(), "a.b[0]");
  EXPECT_EQ(bad_request.field_violations(0).description(), "is wrong");
  EXPECT_EQ(bad_request.field_violations(0).reason(), "");
  EXPECT_EQ(bad_request.field_violations(1).reason(), "TOO_LONG");

  EXPECT_EQ(details.details(2).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(retry.ParseFromString(details.details(2).value()));
  EXPECT_EQ(retry.retry_delay().seconds(), 2);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

// google.rpc.Status as Google's own library would read it, byte for byte.
TEST(ToGrpcStatus, HasTheWireFormOfGooglesMessages) {
  const auto status = ToGrpcStatus({.code = ErrorCode::kNotFound, .reason = "R", .message = "m"});
  const std::string info = "\x0a\x01R\x12\x05lethe";
  const std::string url = "type.googleapis.com/google.rpc.ErrorInfo";
  const auto field = [](char tag, const std::string& bytes) {
    return std::string{tag, static_cast<char>(bytes.size())} + bytes;
  };
  EXPECT_EQ(status.error_details(), std::string("\x08\x05") + field('\x12', "m") +
                                        field('\x1a', field('\x0a', url) + field('\x12', info)));
}

}  // namespace
}  // namespace lethe::api
