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

#include "clevertap/codes.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

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
  std::set<std::string> codes;  ///< That the answer names, for any identifier.
  bool unmatched = false;       ///< One of them is about an identifier that the call does not have.
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

/// One that stands among the unprocessed and says `success` tells nothing.
FaultKind KindOfComplaint(const json& complaint, const std::string& code) {
  const auto status = complaint.find("status");
  return status != complaint.end() && *status == json("success") ? FaultKind::kUnaccountable
                                                                 : KindOf(code);
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
    const std::string code = CodeOf(complaint);
    if (!code.empty()) complaints.codes.insert(code);
    const std::optional<std::string> value = EchoedValue(complaint);
    if (!value || !sent.contains(*value)) {
      complaints.unmatched = true;
      continue;
    }
    const FaultKind kind = KindOfComplaint(complaint, code);
    const auto [known, is_new] =
        complaints.by_value.try_emplace(*value, Complaints::Complaint{kind, code});
    if (!is_new && known->second.kind != kind) {  // Two verdicts on one number tell nothing.
      known->second = {FaultKind::kUnaccountable, {}};
    }
  }
  return complaints;
}

/// Whether `processed` counts exactly those without a complaint. One identifier may be sent twice
/// (two requests met in one envelope), and CleverTap does not say whether it counts it twice.
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

VendorReply SettleWhole(const VendorCall& call, const json& answer) {
  VendorReply reply{.code = CodeOf(answer)};
  const auto verdict = ParseVerdict(answer.at("status").get_ref<const std::string&>());
  const auto unprocessed = answer.find("unprocessed");
  const auto processed = answer.find("processed");
  const bool is_counted = processed != answer.end();
  // No documented answer has such a list, so nothing says whom it is about.
  const bool complains = unprocessed != answer.end() && !unprocessed->empty();
  if (verdict == Verdict::kSuccess && !complains &&
      (!is_counted ||
       (processed->is_number_unsigned() && AddsUp(processed->get<std::int64_t>(), {}, call)))) {
    reply.outcome = OutcomeClass::kAccepted;
  }
  if (verdict == Verdict::kFail && (!is_counted || *processed == json(0))) {
    reply.outcome = OutcomeClass::kRefused;
  }
  return reply;
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
  if (reply.code.empty() && complaints.codes.size() == 1) reply.code = *complaints.codes.begin();
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
