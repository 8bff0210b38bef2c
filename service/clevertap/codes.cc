#include "clevertap/codes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "clevertap/lower_case.h"
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

// What answers of this kind call such a member, in small letters.
constexpr std::array<std::string_view, 9> kNamesOfCodes{"code",        "errorcode",   "error_code",
                                                        "statuscode",  "status_code", "httpstatus",
                                                        "http_status", "httpcode",    "http_code"};
constexpr std::array<std::string_view, 7> kNamesOfFailures{
    "error", "errors", "failure", "failures", "failed", "exception", "exceptions"};
constexpr std::array<std::string_view, 2> kNamesOfSuccess{"success", "ok"};
constexpr std::array<std::string_view, 2> kNamesOfResults{"result", "response"};
constexpr int kDeepest = 3;  // objects in objects

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// Whether a member that is called a code says none.
bool IsNoCode(const json& value) {
  return value.is_null() || value == json("") || value == json(0) || value == json("0");
}

/// CleverTap writes a code as a number or as a string.
std::string TextOf(const json& code) {
  if (code.is_string()) return code.get<std::string>();
  return code.is_number_unsigned() ? std::to_string(code.get<std::uint64_t>()) : std::string();
}

/// The status that a code is, or 0.
int StatusIn(const json& code) { return StatusOf(TextOf(code)).value_or(0); }

/// Whether the code of a failure says something else than that the call was refused: also one that
/// cannot be read.
bool IsOfAnotherFailure(const json& code) {
  if (IsNoCode(code)) return false;
  const int status = StatusIn(code);
  return status == 0 || MeaningOfCode(std::to_string(status)) != OutcomeClass::kRefused;
}

/// Looks into objects, and not into lists: their entries speak of records.
bool SaysAnotherCode(const json& object, int depth) {
  const auto members = object.items();
  return std::any_of(members.begin(), members.end(), [depth](const auto& member) {
    const json& value = member.value();
    if (IsOneOf(LowerCase(member.key()), kNamesOfCodes)) return IsOfAnotherFailure(value);
    return value.is_object() && depth > 1 && SaysAnotherCode(value, depth - 1);
  });
}

bool IsEmpty(const json& value) {
  return value.empty() || value == json("") || value == json("[]") || value == json(false) ||
         value == json(0);
}

}  // namespace

std::string CodeOf(const json& object) {
  const auto code = object.find("code");
  if (code == object.end()) return {};
  const std::string text = TextOf(*code);
  return text.size() <= kMaxCodeDigits && IsDigits(text) ? text : std::string();
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

OutcomeClass MeaningOfFailure(const json& answer) {
  const std::string own = CodeOf(answer);
  const OutcomeClass meaning = MeaningOfCode(own);
  if (meaning != OutcomeClass::kRefused) return meaning;
  return SaysAnotherCode(answer, kDeepest) ? OutcomeClass::kUnknown : meaning;
}

bool DeniesSuccess(const json& answer) {
  const auto denies = [](const auto& member) {
    const std::string name = LowerCase(member.key());
    const json& value = member.value();
    if (IsOneOf(name, kNamesOfFailures)) return !IsEmpty(value);
    if (IsOneOf(name, kNamesOfSuccess)) return value == json(false) || value == json("false");
    if (IsOneOf(name, kNamesOfCodes)) return !IsNoCode(value) && !IsSuccess(StatusIn(value));
    if (IsOneOf(name, kNamesOfResults) && value.is_object()) {
      const auto status = value.find("status");
      const bool fails = status != value.end() && status->is_string() && *status != "success";
      return fails || DeniesSuccess(value);
    }
    return false;
  };
  const auto members = answer.items();
  return std::any_of(members.begin(), members.end(), denies);
}

}  // namespace lethe::clevertap
