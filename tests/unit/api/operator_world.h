#pragma once

#include <string>

#include "fakes/queue_rows.h"
#include "lethe/v1/operator_service.grpc.pb.h"
#include "unit/api/in_process_server.h"

namespace lethe::api {

/// An in-process server whose accounts have something for operators to do.
class OperatorWorld : public InProcessServer {
 protected:
  using InProcessServer::InProcessServer;

  /// Three erasures of `shop` whose only call had an unknown effect.
  fakes::BatchRow AddReview(std::int64_t envelope, const std::string& reason = "unknown_outcome") {
    const fakes::BatchRow row{.envelope = EnvelopeId{envelope},
                              .span = {4, 6},
                              .route = {"shop", Operation::kErasure},
                              .kind = IdentifierKind::kIdentity,
                              .state = BatchState::kNeedsReview,
                              .reason = reason,
                              .call_count = 1,
                              .unknown_since = clock_.Now()};
    reviews_.SetBatch(row);
    return row;
  }

  void AddHeld(std::int64_t envelope) {
    fakes::BatchRow row = AddReview(envelope, "refused_unconfirmed");
    row.state = BatchState::kHeld;
    row.unknown_since.reset();
    reviews_.SetBatch(row);
  }

  void Block(Resume resume) {
    AccountBlock block{
        .since = clock_.Now(), .reason = "credentials_or_region_401", .resume = resume};
    if (resume != Resume::kOperator) block.probe_at = clock_.Now() + std::chrono::seconds(10);
    reviews_.Block("shop", block);
  }

  BatchState StateOf(std::int64_t envelope) const {
    for (const fakes::BatchRow& row : reviews_.batches()) {
      if (row.envelope == EnvelopeId{envelope}) return row.state;
    }
    return BatchState::kOpen;
  }

  static std::string ReviewNamed(std::int64_t envelope) {
    return "accounts/shop/reviews/" + std::to_string(envelope) + "-4";
  }
};

}  // namespace lethe::api
