#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lethe::bench {

/// Unary calls to one method of a gRPC server on this machine, over a few connections.
struct LoadParams {
  int port;
  std::string method;  ///< "/package.Service/Method"
  /// The n-th call's message, serialized. Each n is asked for once, by one thread at a time.
  std::function<std::string(std::int64_t n)> message;
  std::chrono::milliseconds duration = std::chrono::seconds(4);
};

/// Of the calls that were answered in time.
struct LoadResult {
  double per_second = 0;
  std::vector<double> latency_ms = {};
};

/// Keeps `in_flight` calls under way: each answer starts the next call. One thread does it all, so
/// that the load takes little from the server. Throws std::runtime_error if an answer is not OK.
LoadResult Saturate(const LoadParams& params, int in_flight);

/// Starts `per_second` calls, evenly spaced, however long the answers take. Latency counts from
/// when a call was due: a server that falls behind cannot hide it. Throws likewise.
LoadResult Pace(const LoadParams& params, double per_second);

}  // namespace lethe::bench
