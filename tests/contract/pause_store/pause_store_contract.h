#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lethe/pause_store.h"

namespace lethe::contract {

using namespace std::chrono_literals;

/// A store without pauses, whose clock stands still between calls of Advance(). The accounts `acme`
/// and `globex` are configured; no call is under way.
class PauseHarness {
 public:
  virtual ~PauseHarness() = default;

  virtual PauseStore& store() = 0;
  virtual TimePoint Now() const = 0;
  virtual void Advance(milliseconds by) = 0;
};

struct PauseImplementation {
  std::string name;
  std::unique_ptr<PauseHarness> (*make)();

  friend void PrintTo(const PauseImplementation& tested, std::ostream* out) { *out << tested.name; }
};

/// What every implementation of PauseStore promises.
class PauseStoreContract : public testing::TestWithParam<PauseImplementation> {
 protected:
  PauseHarness& at() { return *harness_; }

  Pause Begin(const PauseScope& scope, std::optional<TimePoint> ends_at = {},
              const std::string& reason = "a drill", const std::string& principal = "ann") {
    const auto begun = at().store().Begin(
        {.scope = scope, .reason = reason, .principal = principal, .ends_at = ends_at});
    EXPECT_TRUE(begun.ok());
    if (!begun.ok()) return {};
    EXPECT_EQ(begun->calls_under_way, 0);
    return begun->pause;
  }

  Result<std::vector<Pause>> End(const PauseScope& scope) {
    return at().store().End({.scope = scope, .principal = "bob", .justification = "over"});
  }

  std::vector<Pause> List() {
    const auto pauses = at().store().List();
    EXPECT_TRUE(pauses.ok());
    return pauses.ok() ? *pauses : std::vector<Pause>{};
  }

 private:
  std::unique_ptr<PauseHarness> harness_ = GetParam().make();
};

inline std::string NameOfPauseStore(const testing::TestParamInfo<PauseImplementation>& info) {
  return info.param.name;
}

}  // namespace lethe::contract
