#include "sandbox/spoil.h"

#include "sandbox/vendor_json.h"

namespace lethe::sandbox {
namespace {

constexpr const char* kHtmlPage = "<html><body><h1>We will be back soon</h1></body></html>";

Answer WithStatus(const Fault& fault) {
  Answer answer{.status = fault.status,
                .body = fault.body.empty() ? StatusAnswer(fault.status) : fault.body,
                .close = fault.status == 401};
  if (fault.retry_after) {
    answer.headers.emplace_back("Retry-After", std::to_string(fault.retry_after->count()));
  }
  return answer;
}

Answer Redirected(const Fault& fault) {
  const bool says_how = fault.status >= 300 && fault.status < 400;
  return {.status = says_how ? fault.status : 302,
          .headers = {{"Location", std::string(kRedirectTarget)}}};
}

}  // namespace

bool KeepsTheAnswer(FaultKind kind) {
  switch (kind) {
    case FaultKind::kStatus:
    case FaultKind::kRedirect:
    case FaultKind::kDrop:
    case FaultKind::kFail:
    case FaultKind::kEmpty:
    case FaultKind::kNotJson:
    case FaultKind::kHuge: return false;
    case FaultKind::kLatency:
    case FaultKind::kPartial:
    case FaultKind::kIgnored:
    case FaultKind::kAbsentFails:
    case FaultKind::kDrip:
    case FaultKind::kTruncated: break;
  }
  return true;
}

Answer Spoil(const Fault& fault, Endpoint endpoint, Answer truth) {
  switch (fault.kind) {
    case FaultKind::kStatus: return WithStatus(fault);
    case FaultKind::kRedirect: return Redirected(fault);
    case FaultKind::kDrop: return {.delivery = Delivery::kNone, .close = true};
    case FaultKind::kFail: return {.body = FailWithoutRecords(endpoint)};
    case FaultKind::kEmpty: return {};
    case FaultKind::kNotJson: return {.body = fault.body.empty() ? kHtmlPage : fault.body};
    case FaultKind::kHuge: return {.body = HugeAnswer(fault.bytes)};
    case FaultKind::kLatency:
    case FaultKind::kPartial:
    case FaultKind::kIgnored:
    case FaultKind::kAbsentFails: break;
    case FaultKind::kDrip:
      truth.delivery = Delivery::kDrip;
      truth.drip_delay = fault.delay;
      break;
    case FaultKind::kTruncated:
      truth.delivery = Delivery::kTruncated;
      truth.close = true;
      break;
  }
  return truth;
}

}  // namespace lethe::sandbox
