#pragma once

#include <string>
#include <vector>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"

namespace lethe::api {

namespace reflection = grpc::reflection::v1alpha;

/// The answer to one question about what is compiled into the process, or the error NOT_FOUND or
/// INVALID_ARGUMENT in it. `services` are those that list_services names.
reflection::ServerReflectionResponse Describe(const std::vector<std::string>& services,
                                              const reflection::ServerReflectionRequest& question);

/// Serves `grpc.reflection.v1alpha.ServerReflection`. gRPC's own implementation takes a thread for
/// each dialogue, and keeps those that wait for one in memory without a bound; this one takes none,
/// so that dialogues are bounded as health watches are.
class ReflectionService final : public reflection::ServerReflection::CallbackService {
 public:
  explicit ReflectionService(std::vector<std::string> services) : services_(std::move(services)) {}

  grpc::ServerBidiReactor<reflection::ServerReflectionRequest,
                          reflection::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* context) override;

 private:
  const std::vector<std::string> services_;
};

}  // namespace lethe::api
