#pragma once

#include <gtest/gtest.h>
#include <sodium.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/vendor.h"

namespace lethe::sandbox {

inline constexpr const char* kAccount = "ACCOUNT";
inline constexpr std::int64_t kStart = 1'700'000'000;

inline HttpCall Post(Endpoint endpoint, std::string body) {
  return {.method = "POST",
          .path = std::string(Path(endpoint)),
          .headers = {kAccount, "PASS", "application/json; charset=utf-8"},
          .body = std::move(body)};
}

inline HttpCall Phones(const std::vector<std::string>& phones) {
  nlohmann::json records = nlohmann::json::array();
  for (const std::string& phone : phones) records.push_back({{"type", "phone"}, {"value", phone}});
  return Post(Endpoint::kDisassociate, nlohmann::json{{"d", records}}.dump());
}

inline HttpCall Get(Endpoint endpoint) {
  HttpCall call = Post(endpoint, "");
  call.method = "GET";
  return call;
}

inline HttpCall Lookup(const std::string& name, const std::string& value) {
  HttpCall call = Get(Endpoint::kProfile);
  call.parameters = {{name, value}};
  return call;
}

inline const std::string kAnnAndBob = R"({"identity":["ann","bob"]})";

class VendorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(sodium_init(), 0); }

  Tally TallyOf(Endpoint endpoint) const {
    return vendor_.GetReport().accounts[kAccount].apis[endpoint];
  }
  int EffectCount(Endpoint endpoint, std::string_view identifier) const {
    return vendor_.EffectsOn(kAccount, endpoint, identifier).count;
  }
  nlohmann::json Body(const HttpCall& call) {
    return nlohmann::json::parse(vendor_.Handle(call).body);
  }

  std::vector<std::chrono::milliseconds> waits_;
  TimePoint now_{std::chrono::seconds(kStart)};
  Vendor vendor_{{},
                 [this](std::chrono::milliseconds time) { waits_.push_back(time); },
                 [this] { return now_; }};
};

}  // namespace lethe::sandbox
