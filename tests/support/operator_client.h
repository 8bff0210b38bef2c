#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lethe/v1/operator_service.grpc.pb.h"

namespace lethe::test {

/// An operator at one lethed, through a real channel.
class OperatorClient {
 public:
  explicit OperatorClient(int port)
      : stub_(v1::OperatorService::NewStub(grpc::CreateChannel(
            "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()))) {}

  v1::ListReviewsResponse Reviews(const std::string& account) const {
    v1::ListReviewsRequest request;
    request.set_parent("accounts/" + account);
    v1::ListReviewsResponse reviews;
    Expect(Call(&Stub::ListReviews, request, reviews));
    return reviews;
  }

  void SendAgain(const v1::Review& review) const {
    v1::ResolveReviewRequest request;
    request.set_name(review.name());
    request.set_etag(review.etag());
    request.set_decision(v1::REVIEW_DECISION_SEND_AGAIN);
    request.set_justification("a test says so");
    v1::AuditEvent event;
    Expect(Call(&Stub::ResolveReview, request, event));
  }

  enum class Which { kThatOnlyAnOperatorEnds, kAll };

  /// Ends the blocks of the account's APIs, if there is one of those. The refusals that they hold
  /// are sent again.
  void Resume(const std::string& account, Which which) const {
    v1::GetAccountRequest get;
    get.set_name("accounts/" + account);
    v1::Account seen;
    if (!Call(&Stub::GetAccount, get, seen).ok()) return;
    bool waits = false;
    for (const auto& one : seen.api_blocks()) {
      waits |=
          which == Which::kAll || one.block().resume_by() == v1::Account::Block::RESUME_BY_OPERATOR;
    }
    if (!waits) return;
    v1::ResumeAccountRequest resume;
    resume.set_name(seen.name());
    resume.set_etag(seen.etag());
    resume.set_held_refusals(v1::HELD_REFUSALS_SEND_AGAIN);
    resume.set_justification("a test says so");
    // It may have changed since: the next look finds it.
    v1::Account resumed;
    Call(&Stub::ResumeAccount, resume, resumed);
  }

 private:
  using Stub = v1::OperatorService::Stub;

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) const {
    grpc::ClientContext context;
    return (stub_.get()->*method)(&context, request, &response);
  }
  static void Expect(const grpc::Status& status) {
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  const std::unique_ptr<Stub> stub_;
};

}  // namespace lethe::test
