#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/contract.h"

namespace lethe::sandbox {

/// A call as it came over HTTP. Parameters are those of the query, decoded.
struct HttpCall {
  std::string method;
  std::string path;
  std::map<std::string, std::string> parameters = {};
  CallHeaders headers = {};
  std::string body = {};
};

enum class Delivery { kWhole, kDrip, kTruncated, kNone };

/// An answer and how to bring it. The call is in flight until `in_flight` is gone; let it go before
/// the last byte is sent, or the client's next call comes too early.
struct Answer {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  Delivery delivery = Delivery::kWhole;
  std::chrono::milliseconds drip_delay{0};
  bool close = false;  ///< The connection, afterwards.
  std::shared_ptr<void> in_flight = {};
};

}  // namespace lethe::sandbox
