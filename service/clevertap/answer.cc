#include "clevertap/answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "clevertap/accounting.h"
#include "clevertap/codes.h"
#include "json/parse.h"
#include "lethe/reasons.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

OutcomeClass WithoutAnswer(const Transport& transport) {
  if (transport.ending == Ending::kBadUrl) return OutcomeClass::kMisconfigured;
  return transport.body_left ? OutcomeClass::kUnknown : OutcomeClass::kNotSent;
}

bool Says(const json& answer, std::string_view status) {
  if (!answer.is_object()) return false;
  const auto said = answer.find("status");
  return said != answer.end() && said->is_string() && said->get_ref<const std::string&>() == status;
}

VendorReply SettleCounts(const VendorCall& call, const json& answer) {
  switch (call.operation) {
    case Operation::kErasure:
    case Operation::kDemerge: return SettleWhole(call, answer);
    case Operation::kDisassociation: return SettleDisassociation(call, answer);
  }
  return {};
}

VendorReply Settle(const VendorCall& call, const json& answer) {
  if (Says(answer, "success") && DeniesSuccess(answer)) return {.code = CodeOf(answer)};
  VendorReply reply = SettleCounts(call, answer);
  if (reply.outcome == OutcomeClass::kRefused) reply.outcome = MeaningOfFailure(answer);
  return reply;
}

/// Whether the code says nothing about why an outcome is unknown.
bool SaysNoFailure(const std::string& code) {
  return code.empty() || (code.size() == 3 && IsSuccess(std::stoi(code)));
}

VendorReply FromBody(const VendorCall& call, const Transport& transport) {
  VendorReply reply;
  const bool says_ok = 200 <= transport.http_status && transport.http_status <= 202;
  const std::optional<json> answer = ParseJson(transport.body);
  const bool readable = says_ok && answer && answer->is_object() && answer->contains("status") &&
                        answer->at("status").is_string();
  if (transport.ending != Ending::kComplete) {
    reply.code = Name(transport.ending);
  } else if (!readable) {
    reply.code = Name(CallCode::kUnreadable);
  } else {
    reply = Settle(call, *answer);
    if (reply.outcome == OutcomeClass::kUnknown && SaysNoFailure(reply.code)) {
      reply.code = Name(CallCode::kUnreadable);
    }
  }
  return reply;
}

/// `answer`: the body, if it is JSON.
VendorReply WithoutSuccess(const Transport& transport, const std::optional<json>& answer) {
  if (transport.http_status == 0) {
    return {.outcome = WithoutAnswer(transport), .code = std::string(Name(transport.ending))};
  }
  VendorReply reply{.outcome = MeaningOfStatus(transport.http_status)};
  if (!answer || !answer->is_object()) return reply;
  reply.code = CodeOf(*answer);
  if (reply.outcome != OutcomeClass::kRefused) return reply;
  reply.outcome = MeaningOfFailure(*answer);
  // Any other status says something by itself: where the body says something else, neither counts.
  if (transport.http_status != 400 && reply.outcome != OutcomeClass::kRefused) {
    reply.outcome = OutcomeClass::kUnknown;
  }
  return reply;
}

/// A call whose body says that some were taken may have had its effect, whatever its status.
VendorReply OfCallWithoutSuccess(const Transport& transport) {
  const std::optional<json> answer = ParseJson(transport.body);
  VendorReply reply = WithoutSuccess(transport, answer);
  if (transport.http_status != 0 && answer &&
      (Says(*answer, "success") || Says(*answer, "partial"))) {
    reply.outcome = OutcomeClass::kUnknown;
  }
  return reply;
}

VendorReply WithStatusLine(VendorReply reply, const Transport& transport) {
  reply.http_status = transport.http_status;
  if (transport.retry_after) {
    reply.retry_after = std::min<std::chrono::seconds>(*transport.retry_after, kMaxRetryAfter);
  }
  return reply;
}

}  // namespace

VendorReply Classify(const VendorCall& call, const Transport& transport) {
  return WithStatusLine(IsSuccess(transport.http_status) ? FromBody(call, transport)
                                                         : OfCallWithoutSuccess(transport),
                        transport);
}

VendorReply ClassifyProbe(const Transport& transport) {
  if (!IsSuccess(transport.http_status)) {
    return WithStatusLine(WithoutSuccess(transport, ParseJson(transport.body)), transport);
  }
  VendorReply reply{.outcome = OutcomeClass::kAccepted};
  const std::optional<json> answer = ParseJson(transport.body);
  if (answer && Says(*answer, "fail") &&
      MeaningOfCode(CodeOf(*answer)) == OutcomeClass::kAccountBlocked) {
    reply = {.outcome = OutcomeClass::kAccountBlocked, .code = CodeOf(*answer)};
  }
  return WithStatusLine(reply, transport);
}

}  // namespace lethe::clevertap
