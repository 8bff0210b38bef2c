#include "api/operators/operator_service.h"

#include <optional>

#include "api/fields/names.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_pause_store.h"
#include "fakes/fake_recovery_store.h"
#include "fakes/fake_request_changer.h"
#include "fakes/fake_request_store.h"
#include "fakes/fake_review_store.h"
#include "fakes/fake_subject_holds.h"
#include "fuzz/handler.h"
#include "lethe/reasons.h"

// A choice of the method, then the bytes of its message, as `protoc --encode` writes them.

namespace lethe::api {
namespace {

using fuzz::OneAccount;
using fuzz::Require;
using fuzz::RunHere;

/// A service with something to decide: accounts/shop/reviews/7-4, of request 70, and 8-4; refusals
/// that are held; an account that is blocked; a pause.
struct World {
  World() {
    AddReview(7, BatchState::kNeedsReview, Text(Reason::kUnknownOutcome));
    AddReview(8, BatchState::kNeedsReview, Text(Reason::kUnknownOutcome));
    AddReview(9, BatchState::kHeld, Text(Reason::kRefusedUnconfirmed));
    for (const int position : {4, 5, 6}) reviews.AddItem({EnvelopeId{7}, position}, RequestId{70});
    reviews.Block(
        "shop",
        {.since = clock.Now(), .reason = "credentials_or_region_401", .resume = Resume::kOperator});
    Require(
        pauses.Begin({.scope = {.account = "shop"}, .reason = "r", .principal = "p", .ends_at = {}})
            .ok(),
        "a pause begins");
  }

  void AddReview(std::int64_t envelope, BatchState state, std::string reason) {
    reviews.SetBatch({.envelope = EnvelopeId{envelope},
                      .span = {4, 6},
                      .route = {"shop", Operation::kErasure},
                      .kind = IdentifierKind::kIdentity,
                      .state = state,
                      .reason = std::move(reason),
                      .call_count = 1,
                      .unknown_since = clock.Now()});
  }

  fakes::FakeClock clock;
  fakes::FakeReviewStore reviews{clock};
  fakes::FakePauseStore pauses{clock};
  fakes::FakeRecoveryStore recovery;
  fakes::FakeRequestStore requests{clock};
  fakes::FakeDeliveryQueue queue{clock};
  fakes::FakeRequestChanger changer{queue};
  fakes::FakeSubjectHolds subjects;
  Gate gate{access::LiveDirectory(), clock};
  OperatorService service{{.store = reviews,
                           .pauses = pauses,
                           .recovery = recovery,
                           .requests = requests,
                           .changer = changer,
                           .subjects = subjects,
                           .clock = clock,
                           .executor = RunHere,
                           .gate = gate},
                          OneAccount()};
};

template <typename Request, typename Response>
using Method = grpc::ServerUnaryReactor* (OperatorService::*)(grpc::CallbackServerContext*,
                                                              const Request*, Response*);

/// What the answer to a call is; nothing if it was refused.
template <typename Request, typename Response>
std::optional<Response> Answer(World& world, Method<Request, Response> method,
                               const Request& request) {
  Response response;
  const grpc::Status status = fuzz::Call(world.service, method, request, response);
  fuzz::CheckAnswer(status, response);
  if (!status.ok()) return std::nullopt;
  return response;
}

/// Calls with the message, and with the canary in it.
template <typename Request, typename Response>
void CheckCall(Method<Request, Response> method, std::string_view bytes) {
  auto request = fuzz::Parsed<Request>(bytes);
  if (!request) return;
  const auto answer = [method, &request] {
    World world;
    Answer(world, method, *request);
  };
  answer();
  fuzz::Plant(*request, /*into_names=*/false);
  answer();
  fuzz::Plant(*request, /*into_names=*/true);
  answer();
}

/// The same, and goes on behind a page until there is none.
template <typename Request, typename Response>
void CheckPages(Method<Request, Response> method, std::string_view bytes) {
  CheckCall(method, bytes);
  auto request = fuzz::Parsed<Request>(bytes);
  if (!request) return;
  World world;
  constexpr int kEnough = 6;
  for (int page = 0; page < kEnough; ++page) {
    const auto answer = Answer(world, method, *request);
    if (!answer) {
      Require(page == 0, "a token that was given out is good");
      return;
    }
    if (answer->next_page_token().empty()) return;
    request->set_page_token(answer->next_page_token());
  }
  Require(false, "a list ends");
}

/// With the etag of the review as it stands, which no fuzzer finds.
void CheckDecision(std::string_view bytes) {
  CheckCall(&OperatorService::ResolveReview, bytes);
  auto request = fuzz::Parsed<v1::ResolveReviewRequest>(bytes);
  if (!request) return;
  World world;
  v1::GetReviewRequest get;
  get.set_name(request->name());
  const auto review = Answer(world, &OperatorService::GetReview, get);
  if (!review) return;
  request->set_etag(review->etag());
  const auto event = Answer(world, &OperatorService::ResolveReview, *request);
  if (!event) return;
  Require(event->justification() == request->justification(), "a decision is kept as it was given");
  Require(event->item_count() > 0 && event->item_count() <= review->item_count(),
          "a decision is about items of the review");
}

void CheckGroupDecision(std::string_view bytes) {
  CheckCall(&OperatorService::ResolveReviews, bytes);
  auto request = fuzz::Parsed<v1::ResolveReviewsRequest>(bytes);
  if (!request) return;
  World world;
  v1::PreviewReviewsRequest preview;
  preview.set_parent(request->parent());
  *preview.mutable_filter() = request->filter();
  const auto group = Answer(world, &OperatorService::PreviewReviews, preview);
  if (!group) return;
  request->set_etag(group->etag());
  const auto decided = Answer(world, &OperatorService::ResolveReviews, *request);
  Require(!decided || decided->review_count() == group->review_count(),
          "a decision is about what was looked at");
}

void CheckResumption(std::string_view bytes) {
  CheckCall(&OperatorService::ResumeAccount, bytes);
  auto request = fuzz::Parsed<v1::ResumeAccountRequest>(bytes);
  if (!request) return;
  World world;
  v1::GetAccountRequest get;
  get.set_name(request->name());
  const auto account = Answer(world, &OperatorService::GetAccount, get);
  if (!account) return;
  request->set_etag(account->etag());
  const auto resumed = Answer(world, &OperatorService::ResumeAccount, *request);
  Require(!resumed || !resumed->has_block(), "an account that is resumed is not blocked");
}

void CheckPause(std::string_view bytes) {
  CheckCall(&OperatorService::PauseCalls, bytes);
  const auto request = fuzz::Parsed<v1::PauseCallsRequest>(bytes);
  if (!request) return;
  World world;
  const auto paused = Answer(world, &OperatorService::PauseCalls, *request);
  if (!paused) return;
  Require(paused->pause().parent() == request->parent() && paused->pause().api() == request->api(),
          "a pause is of the scope that was asked for");
  v1::ResumeCallsRequest resume;
  resume.set_parent(request->parent());
  resume.set_api(request->api());
  resume.set_justification(request->reason());
  Require(Answer(world, &OperatorService::ResumeCalls, resume).has_value(), "a pause can be ended");
}

void Run(fuzz::Input& input) {
  using Service = OperatorService;
  switch (input.Choose(12)) {
    case 0: return CheckPages(&Service::ListReviews, input.Rest());
    case 1: return CheckCall(&Service::GetReview, input.Rest());
    case 2: return CheckDecision(input.Rest());
    case 3: return CheckCall(&Service::PreviewReviews, input.Rest());
    case 4: return CheckGroupDecision(input.Rest());
    case 5: return CheckCall(&Service::ListAccounts, input.Rest());
    case 6: return CheckCall(&Service::GetAccount, input.Rest());
    case 7: return CheckResumption(input.Rest());
    case 8: return CheckPause(input.Rest());
    case 9: return CheckCall(&Service::ResumeCalls, input.Rest());
    case 10: return CheckCall(&Service::ListPauses, input.Rest());
    default: return CheckPages(&Service::ListAuditEvents, input.Rest());
  }
}

}  // namespace
}  // namespace lethe::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::api::Run(input);
  return 0;
}
