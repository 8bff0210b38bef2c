#include "clevertap/accounting.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lethe/limits.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

constexpr std::string_view kTransientCode = "555";
constexpr int kFirstPermanentCode = 509;
constexpr int kLastPermanentCode = 535;

enum class Verdict { kSuccess, kPartial, kFail };

/// The answer in CleverTap's words, with its shape checked.
struct Statement {
  Verdict verdict;
  std::optional<std::int64_t> processed = {};
  json unprocessed = json::array();
};

/// What `unprocessed` says, by phone number.
struct Complaints {
  struct Complaint {
    FaultKind kind;
    std::string code;
  };
  std::map<std::string, Complaint, std::less<>> by_value;
  bool unmatched = false;  ///< One of them is about an identifier that the call does not have.
};

std::optional<Verdict> ParseVerdict(std::string_view status) {
  if (status == "success") return Verdict::kSuccess;
  if (status == "partial") return Verdict::kPartial;
  if (status == "fail") return Verdict::kFail;
  return std::nullopt;
}

/// Nothing if the answer is not of the documented shape.
std::optional<Statement> ReadStatement(const json& answer) {
  const auto verdict = ParseVerdict(answer.at("status").get_ref<const std::string&>());
  if (!verdict) return std::nullopt;
  Statement statement{.verdict = *verdict};
  if (const auto processed = answer.find("processed"); processed != answer.end()) {
    if (!processed->is_number_unsigned()) return std::nullopt;
    statement.processed = processed->get<std::int64_t>();
  }
  if (const auto unprocessed = answer.find("unprocessed"); unprocessed != answer.end()) {
    if (!unprocessed->is_array()) return std::nullopt;
    statement.unprocessed = *unprocessed;
  }
  return statement;
}

std::optional<std::string> EchoedValue(const json& complaint) {
  if (!complaint.is_object()) return std::nullopt;
  const auto record = complaint.find("record");
  if (record == complaint.end() || !record->is_object()) return std::nullopt;
  const auto value = record->find("value");
  if (value == record->end() || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

Complaints ReadComplaints(const json& unprocessed, const VendorCall& call) {
  std::set<std::string_view> sent;
  for (const Identifier& identifier : call.identifiers) sent.insert(identifier.Reveal());
  Complaints complaints;
  for (const json& complaint : unprocessed) {
    const std::optional<std::string> value = EchoedValue(complaint);
    if (!value || !sent.contains(*value)) {
      complaints.unmatched = true;
      continue;
    }
    const std::string code = CodeOf(complaint);
    const FaultKind kind = KindOf(code);
    const auto [known, is_new] =
        complaints.by_value.try_emplace(*value, Complaints::Complaint{kind, code});
    if (!is_new && known->second.kind != kind) {  // Two verdicts on one number tell nothing.
      known->second = {FaultKind::kUnaccountable, {}};
    }
  }
  return complaints;
}

/// Whether `processed` counts exactly those without a complaint. One number may be sent twice (two
/// requests met in one envelope), and CleverTap does not say whether it counts it twice.
bool AddsUp(std::int64_t processed, const Complaints& complaints, const VendorCall& call) {
  std::set<std::string_view> distinct;
  std::int64_t all = 0;
  for (const Identifier& identifier : call.identifiers) {
    if (complaints.by_value.contains(identifier.Reveal())) continue;
    distinct.insert(identifier.Reveal());
    ++all;
  }
  return static_cast<std::int64_t>(distinct.size()) <= processed && processed <= all;
}

/// Whether those without a complaint may count as taken.
bool RestIsTaken(const Statement& statement, const Complaints& complaints, const VendorCall& call) {
  const bool complains = !statement.unprocessed.empty();
  switch (statement.verdict) {
    case Verdict::kFail: return false;
    case Verdict::kPartial:
      if (!complains) return false;
      break;
    case Verdict::kSuccess:
      if (!complains && !statement.processed) return true;
      break;
  }
  return statement.processed && !complaints.unmatched &&
         AddsUp(*statement.processed, complaints, call);
}

}  // namespace

std::string CodeOf(const json& object) {
  const auto code = object.find("code");
  if (code == object.end()) return {};
  std::string text;
  if (code->is_string()) text = code->get<std::string>();
  if (code->is_number_unsigned()) text = std::to_string(code->get<std::uint64_t>());
  const bool is_code =
      text.size() < kMinPhoneDigits &&
      std::all_of(text.begin(), text.end(), [](char c) { return '0' <= c && c <= '9'; });
  return is_code ? text : std::string();
}

FaultKind KindOf(std::string_view code) {
  if (code == kTransientCode) return FaultKind::kTransient;
  if (code.size() != 3) return FaultKind::kUnaccountable;
  const int number = std::stoi(std::string(code));
  return kFirstPermanentCode <= number && number <= kLastPermanentCode ? FaultKind::kPermanent
                                                                       : FaultKind::kUnaccountable;
}

VendorReply SettleDisassociation(const VendorCall& call, const json& answer) {
  VendorReply reply{.code = CodeOf(answer)};
  const std::optional<Statement> statement = ReadStatement(answer);
  if (!statement) return reply;
  if (statement->verdict == Verdict::kFail && statement->unprocessed.empty() &&
      statement->processed.value_or(0) == 0) {
    reply.outcome = OutcomeClass::kRefused;
    return reply;
  }

  const Complaints complaints = ReadComplaints(statement->unprocessed, call);
  const bool rest_is_taken = RestIsTaken(*statement, complaints, call);
  int index = 0;
  for (const Identifier& identifier : call.identifiers) {
    const auto complaint = complaints.by_value.find(identifier.Reveal());
    if (complaint != complaints.by_value.end()) {
      reply.faults.push_back({index, complaint->second.kind, complaint->second.code});
    } else if (!rest_is_taken) {
      reply.faults.push_back({index, FaultKind::kUnaccountable, {}});
    }
    ++index;
  }
  reply.outcome = reply.faults.empty() ? OutcomeClass::kAccepted : OutcomeClass::kPartial;
  return reply;
}

}  // namespace lethe::clevertap
