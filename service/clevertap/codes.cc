#include "clevertap/codes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "lethe/limits.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

constexpr std::string_view kTransientCode = "555";
constexpr int kFirstPermanentCode = 509;
constexpr int kLastPermanentCode = 535;

bool IsDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return '0' <= c && c <= '9'; });
}

/// Nothing if the code cannot be a status.
std::optional<int> StatusOf(std::string_view code) {
  if (code.size() != 3 || !IsDigits(code)) return std::nullopt;
  return std::stoi(std::string(code));
}

bool IsEmpty(const json& value) {
  return value.empty() || value == json("") || value == json("[]") || value == json(false) ||
         value == json(0);
}

}  // namespace

std::string CodeOf(const json& object) {
  const auto code = object.find("code");
  if (code == object.end()) return {};
  std::string text;
  if (code->is_string()) text = code->get<std::string>();
  if (code->is_number_unsigned()) text = std::to_string(code->get<std::uint64_t>());
  return text.size() < kMinPhoneDigits && IsDigits(text) ? text : std::string();
}

FaultKind KindOf(std::string_view code) {
  if (code == kTransientCode) return FaultKind::kTransient;
  const std::optional<int> number = StatusOf(code);
  return number && kFirstPermanentCode <= *number && *number <= kLastPermanentCode
             ? FaultKind::kPermanent
             : FaultKind::kUnaccountable;
}

OutcomeClass MeaningOfStatus(int status) {
  switch (status) {
    case 401: return OutcomeClass::kAccountBlocked;
    case 402:
    case 403:
    case 404:
    case 405:
    case 407:
    case 410:
    case 421: return OutcomeClass::kMisconfigured;
    case 408:
    case 409:
    case 423:
    case 425:
    case 499: return OutcomeClass::kUnknown;
    case 429: return OutcomeClass::kThrottled;
    default: break;
  }
  // A redirect is never followed: a POST that moves may lose its body, or arrive twice.
  if (300 <= status && status < 400) return OutcomeClass::kMisconfigured;
  if (400 <= status && status < 500) return OutcomeClass::kRefused;
  return OutcomeClass::kUnknown;
}

OutcomeClass MeaningOfCode(std::string_view code) {
  const std::optional<int> status = StatusOf(code);
  if (!status || *status < 200 || KindOf(code) == FaultKind::kPermanent) {
    return OutcomeClass::kRefused;
  }
  return MeaningOfStatus(*status);
}

bool DeniesSuccess(const json& answer) {
  const auto code = answer.find("code");
  if (code != answer.end() && !code->is_null() && *code != json("")) {
    const std::string text = CodeOf(answer);
    if (text != "0" && !IsSuccess(StatusOf(text).value_or(0))) return true;
  }
  return std::ranges::any_of(std::array{"error", "errors"}, [&answer](const char* name) {
    const auto error = answer.find(name);
    return error != answer.end() && !IsEmpty(*error);
  });
}

}  // namespace lethe::clevertap
