#include "runtime/config_values.h"

#include <limits>
#include <optional>
#include <utility>

#include "fuzz/fuzz.h"

// One value of the configuration, read as each kind of value in turn.

namespace lethe::runtime {
namespace {

using fuzz::Require;
using namespace std::chrono_literals;

template <typename T>
std::optional<T> Good(Result<T> result) {
  if (result.ok()) return *std::move(result);
  Require(!result.error().message.empty(), "a fault says what would be right");
  fuzz::RequireNoEcho(result.error().message);
  return std::nullopt;
}

void CheckNumbers(const std::string& text) {
  constexpr int kMin = std::numeric_limits<int>::min();
  constexpr int kMax = std::numeric_limits<int>::max();
  if (const auto number = Good(ParseInteger(text, kMin, kMax))) {
    Require(*number == kMax || !ParseInteger(text, *number + 1, kMax).ok(),
            "a number below its bound is refused");
  }
  if (const auto share = Good(ParseShare(text, 0.01, 1))) {
    Require(*share >= 0.01 && *share <= 1, "a share is within its bounds");
  }
  if (const auto time = Good(ParseDuration(text, 0ms, milliseconds::max()))) {
    const auto again = ParseDuration(FormatDuration(*time), 0ms, milliseconds::max());
    Require(again.ok() && *again == *time, "a duration goes there and back");
  }
  if (const auto time = Good(ParseTimeOfDay(text))) {
    Require(*time >= 0min && *time < 24h, "a time of day is one of a day");
  }
}

/// What is good is taken as it stands.
void CheckTaken(Result<std::string> result, const std::string& text) {
  if (const auto value = Good(std::move(result))) Require(*value == text, "a value is the text");
}

void CheckTexts(const std::string& text) {
  CheckTaken(ParseListen(text), text);
  CheckTaken(ParseSlug(text), text);
  CheckTaken(ParseAccountId(text), text);
  CheckTaken(ParseDisassociatePath(text), text);
  CheckTaken(ParseProbePath(text), text);
  CheckTaken(ParseDatabaseUrl(text), text);
  if (const auto url = Good(ParseDatabaseUrl(text))) {
    Require(url->find('\0') == std::string::npos, "libpq sees the whole of a URL");
  }
  if (const auto url = Good(ParseRegion(text))) {
    Require(IsCleverTap(*url), "a region is CleverTap's");
    Require(ParseBaseUrl(*url).ok(), "a region has a URL");
  }
  if (const auto url = Good(ParseBaseUrl(text))) {
    const auto again = ParseBaseUrl(*url);
    Require(again.ok() && *again == *url, "a URL has one form");
    Require(url->starts_with("https://") || url->starts_with("http://localhost") ||
                url->starts_with("http://127.") || url->starts_with("http://[::1]"),
            "nothing leaves this machine unencrypted");
  }
}

void Check(const std::string& text) {
  CheckNumbers(text);
  CheckTexts(text);
}

}  // namespace
}  // namespace lethe::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  lethe::runtime::Check(text);
  lethe::runtime::Check(lethe::fuzz::Planted(text));
  return 0;
}
