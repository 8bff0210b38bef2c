#include <memory>
#include <optional>

#include "api/fields/names.h"
#include "api/requests/service.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_request_changer.h"
#include "fakes/fake_request_lists.h"
#include "fakes/fake_request_store.h"
#include "fakes/fake_vendor_check.h"
#include "fuzz/handler.h"

// A choice of the method, then the bytes of its message, as `protoc --encode` writes them.

namespace lethe::api {
namespace {

using fuzz::OneAccount;
using fuzz::Require;
using fuzz::RunHere;

/// A service that has kept two requests of `shop`: accounts/shop/privacyRequests/1001 and 1002.
struct World {
  World() {
    v1::CreatePrivacyRequestRequest request;
    request.set_parent("accounts/shop");
    request.set_idempotency_key("earlier");
    request.mutable_erasure()->add_identities("ann");
    request.mutable_erasure()->add_identities("bob");
    Create(request);
    request.set_idempotency_key("later");
    request.mutable_disassociation()->add_phones("+4915112345678");
    Create(request);
  }

  std::string Create(const v1::CreatePrivacyRequestRequest& request) {
    v1::PrivacyRequest response;
    Require(
        fuzz::Call(service, &PrivacyRequestService::CreatePrivacyRequest, request, response).ok(),
        "a good request is taken");
    return response.name();
  }

  fakes::FakeClock clock;
  fakes::FakeRequestStore store{clock};
  fakes::FakeRequestLists lists{store};
  fakes::FakeDeliveryQueue queue{clock};
  fakes::FakeRequestChanger changer{queue};
  fakes::FakeVendorCheck vendor_check;
  CallBudget budget;
  Gate gate{access::LiveDirectory(), clock};
  PrivacyRequestService service{{.store = store,
                                 .lists = lists,
                                 .changer = changer,
                                 .vendor_check = vendor_check,
                                 .clock = clock,
                                 .executor = RunHere,
                                 .vendor_executor = RunHere,
                                 .budget = budget,
                                 .gate = gate},
                                OneAccount()};
};

template <typename Request, typename Response>
using Method = grpc::ServerUnaryReactor* (PrivacyRequestService::*)(grpc::CallbackServerContext*,
                                                                    const Request*, Response*);

/// What the answer to a call is; nothing if it was refused.
template <typename Request, typename Response>
std::optional<Response> Answer(World& world, Method<Request, Response> method,
                               const Request& request) {
  Response response;
  const grpc::Status status = fuzz::Call(world.service, method, request, response);
  fuzz::CheckAnswer(status, response);
  if (!status.ok()) return std::nullopt;
  fuzz::RequireNoEcho(response.SerializeAsString());
  return response;
}

void CheckKept(World& world, const v1::CreatePrivacyRequestRequest& request,
               const v1::PrivacyRequest& kept) {
  Require(ParseRequestName(kept.name()).has_value(), "what is kept has a name");
  Require(kept.item_count() > 0 && kept.item_count() <= kMaxIdentifiersPerRequest,
          "what is kept has identifiers");
  v1::GetPrivacyRequestRequest get;
  get.set_name(kept.name());
  const auto found = Answer(world, &PrivacyRequestService::GetPrivacyRequest, get);
  Require(found && found->item_count() == kept.item_count(), "what is kept is found");
  Require(world.Create(request) == kept.name(), "what is repeated is the same");
}

void Check(const v1::CreatePrivacyRequestRequest& request) {
  World world;
  const int before = world.store.request_count();
  const auto answer = Answer(world, &PrivacyRequestService::CreatePrivacyRequest, request);
  const int kept = world.store.request_count() - before;
  if (!answer || request.validate_only()) {
    Require(kept == 0, "what is refused, or only looked at, is not kept");
    Require(!answer || answer->name().empty(), "what is only looked at has no name");
    return;
  }
  Require(
      kept == 1 || request.idempotency_key() == "earlier" || request.idempotency_key() == "later",
      "what is taken is kept, once");
  CheckKept(world, request, *answer);
}

void Check(const v1::GetPrivacyRequestRequest& request) {
  World world;
  const auto answer = Answer(world, &PrivacyRequestService::GetPrivacyRequest, request);
  Require(!answer || answer->name() == request.name(), "who asks gets what was asked for");
}

/// Goes on behind a page until there is none.
template <typename Request, typename Response>
void CheckPages(Method<Request, Response> method, Request request) {
  World world;
  constexpr int kEnough = 4;
  for (int page = 0; page < kEnough; ++page) {
    const auto answer = Answer(world, method, request);
    if (!answer) {
      Require(page == 0, "a token that was given out is good");
      return;
    }
    if (answer->next_page_token().empty()) return;
    request.set_page_token(answer->next_page_token());
  }
  Require(false, "a list ends");
}

void Check(const v1::ListPrivacyRequestsRequest& request) {
  CheckPages(&PrivacyRequestService::ListPrivacyRequests, request);
}

void Check(const v1::ListPrivacyRequestItemsRequest& request) {
  CheckPages(&PrivacyRequestService::ListPrivacyRequestItems, request);
}

template <typename Request>
void CheckBytes(std::string_view bytes) {
  auto request = fuzz::Parsed<Request>(bytes);
  if (!request) return;
  Check(*request);
  fuzz::Plant(*request, /*into_names=*/false);
  Check(*request);
  fuzz::Plant(*request, /*into_names=*/true);
  Check(*request);
}

void Run(fuzz::Input& input) {
  switch (input.Choose(4)) {
    case 0: return CheckBytes<v1::CreatePrivacyRequestRequest>(input.Rest());
    case 1: return CheckBytes<v1::GetPrivacyRequestRequest>(input.Rest());
    case 2: return CheckBytes<v1::ListPrivacyRequestsRequest>(input.Rest());
    default: return CheckBytes<v1::ListPrivacyRequestItemsRequest>(input.Rest());
  }
}

}  // namespace
}  // namespace lethe::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::api::Run(input);
  return 0;
}
