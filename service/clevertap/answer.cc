#include "clevertap/answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "clevertap/accounting.h"
#include "json/parse.h"
#include "lethe/reasons.h"

namespace lethe::clevertap {
namespace {

using nlohmann::json;

OutcomeClass WithoutAnswer(const Transport& transport) {
  if (transport.ending == Ending::kBadUrl) return OutcomeClass::kMisconfigured;
  return transport.body_left ? OutcomeClass::kUnknown : OutcomeClass::kNotSent;
}

/// What a status line other than 2xx says by itself.
OutcomeClass ByStatus(int status) {
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

/// What the body's own code says where the status line says little: as a status, if it is one. The
/// codes of records look like 5xx and speak of the payload.
OutcomeClass ByCode(const std::string& code) {
  if (code.size() != 3 || !std::ranges::all_of(code, [](char c) { return '0' <= c && c <= '9'; })) {
    return OutcomeClass::kRefused;
  }
  const int status = std::stoi(code);
  if (status < 300 || KindOf(code) == FaultKind::kPermanent) return OutcomeClass::kRefused;
  return ByStatus(status);
}

VendorReply SettleWhole(const json& answer) {
  VendorReply reply{.code = CodeOf(answer)};
  const std::string& status = answer.at("status").get_ref<const std::string&>();
  const auto unprocessed = answer.find("unprocessed");
  // No documented answer of these operations has such a list, so nothing says whom it is about.
  const bool has_complaints = unprocessed != answer.end() && !unprocessed->empty();
  if (status == "success" && !has_complaints) reply.outcome = OutcomeClass::kAccepted;
  if (status == "fail") reply.outcome = ByCode(reply.code);
  return reply;
}

VendorReply Settle(const VendorCall& call, const json& answer) {
  switch (call.operation) {
    case Operation::kErasure:
    case Operation::kDemerge: return SettleWhole(answer);
    case Operation::kDisassociation: {
      VendorReply reply = SettleDisassociation(call, answer);
      if (reply.outcome == OutcomeClass::kRefused) reply.outcome = ByCode(reply.code);
      return reply;
    }
  }
  return {};
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
    if (reply.outcome == OutcomeClass::kUnknown && reply.code.empty()) {
      reply.code = Name(CallCode::kUnreadable);
    }
  }
  return reply;
}

bool IsSuccess(int status) { return 200 <= status && status < 300; }

VendorReply WithoutSuccess(const Transport& transport) {
  if (transport.http_status == 0) {
    return {.outcome = WithoutAnswer(transport), .code = std::string(Name(transport.ending))};
  }
  VendorReply reply{.outcome = ByStatus(transport.http_status)};
  const std::optional<json> answer = ParseJson(transport.body);
  if (answer && answer->is_object()) reply.code = CodeOf(*answer);
  if (transport.http_status == 400) reply.outcome = ByCode(reply.code);
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
  return WithStatusLine(
      IsSuccess(transport.http_status) ? FromBody(call, transport) : WithoutSuccess(transport),
      transport);
}

VendorReply ClassifyProbe(const Transport& transport) {
  return WithStatusLine(IsSuccess(transport.http_status)
                            ? VendorReply{.outcome = OutcomeClass::kAccepted}
                            : WithoutSuccess(transport),
                        transport);
}

}  // namespace lethe::clevertap
