#include "bench/create_requests.h"

#include <atomic>
#include <string>

#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::bench {

LoadParams CreateRequests(int port, int identifiers) {
  static std::atomic<int> runs{0};
  return {.port = port,
          .method = "/lethe.v1.PrivacyRequestService/CreatePrivacyRequest",
          .message = [run = std::to_string(++runs), identifiers](std::int64_t n) {
            v1::CreatePrivacyRequestRequest request;
            request.set_parent("accounts/shop");
            request.set_idempotency_key(run + "-" + std::to_string(n));
            for (int i = 0; i < identifiers; ++i) {
              request.mutable_erasure()->add_identities(
                  "user-" + run + "-" + std::to_string(n * identifiers + i) + "@example.com");
            }
            return request.SerializeAsString();
          }};
}

}  // namespace lethe::bench
