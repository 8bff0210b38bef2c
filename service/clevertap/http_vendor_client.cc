#include "clevertap/http_vendor_client.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "clevertap/answer.h"
#include "clevertap/folding.h"
#include "clevertap/payload.h"
#include "clevertap/profile_answer.h"
#include "lethe/pause.h"
#include "lethe/reasons.h"

namespace lethe::clevertap {
namespace {

/// A call_timeout is long because a call that is cut off may have had its effect. A probe has none,
/// and others wait behind it.
constexpr milliseconds kLongestProbe{30'000};

VendorReply NothingSent(OutcomeClass outcome, CallCode code) {
  return {.outcome = outcome, .code = Text(code)};
}

/// A control character would end the header and begin another.
bool FitsHeader(std::string_view value) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return !value.empty() && std::none_of(value.begin(), value.end(), is_control);
}

HttpRequest MakeRequest(const Account& account, const Passcode& passcode, const std::string& path) {
  return {.url = account.base_url + path,
          .headers = {"X-CleverTap-Account-Id: " + account.account_id,
                      "X-CleverTap-Passcode: " + passcode.Reveal(),
                      "Content-Type: application/json; charset=utf-8",
                      "Expect:"}};  // Else libcurl waits for a 100 before a large body.
}

/// Whether the answer proves that CleverTap knows the passcode. A 429 or a 5xx may come before it
/// looks at it.
bool ProvesPasscode(const VendorReply& reply) {
  return reply.outcome == OutcomeClass::kAccepted || reply.outcome == OutcomeClass::kPartial;
}

}  // namespace

/// One account, the connections to it that no call uses right now, and the passcode that worked
/// last.
class HttpVendorClient::Endpoint {
 public:
  Endpoint(Account account, const HttpOptions& options)
      : account_(std::move(account)), options_(options) {}

  const Account& account() const { return account_; }

  milliseconds call_timeout() const { return options_.call_timeout; }

  Transport Perform(const HttpRequest& request, milliseconds limit) {
    CurlHandle handle = TakeHandle();
    Transport transport = handle.Perform(request, limit);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
    return transport;
  }

  void Remember(const Passcode& passcode) {
    const std::lock_guard lock(mutex_);
    worked_last_ = passcode;
  }

  /// The one that worked last to the front; the others keep their order.
  void PutBestFirst(std::vector<Passcode>& passcodes) {
    const std::lock_guard lock(mutex_);
    std::stable_partition(passcodes.begin(), passcodes.end(),
                          [&](const Passcode& passcode) { return passcode == worked_last_; });
  }

 private:
  /// The handle used last: its connection is the likeliest to be alive.
  CurlHandle TakeHandle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return CurlHandle(options_);
    CurlHandle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }

  const Account account_;
  const HttpOptions options_;
  std::mutex mutex_;
  std::vector<CurlHandle> idle_;
  std::optional<Passcode> worked_last_;
};

HttpVendorClient::HttpVendorClient(std::vector<Account> accounts, PasscodeSource passcodes,
                                   const HttpOptions& options)
    : passcodes_(std::move(passcodes)) {
  for (Account& account : accounts) {
    std::string name = account.name;
    endpoints_.emplace(std::move(name), std::make_unique<Endpoint>(std::move(account), options));
  }
}

HttpVendorClient::~HttpVendorClient() = default;

VendorReply HttpVendorClient::Send(const VendorCall& call) {
  const auto found = endpoints_.find(call.account);
  if (found == endpoints_.end()) {
    return NothingSent(OutcomeClass::kMisconfigured, CallCode::kUnknownAccount);
  }
  Endpoint& endpoint = *found->second;
  const Account& account = endpoint.account();
  const Folded folded = Fold(call.identifiers);
  VendorCall distinct = call;
  distinct.identifiers = folded.distinct;
  const Result<Payload> payload = MakePayload(distinct, account.disassociate_path);
  if (!payload) return NothingSent(OutcomeClass::kRefused, CallCode::kUnsendable);
  const VendorReply reply = Call(
      endpoint, endpoint.call_timeout(),
      [&](const Passcode& passcode) {
        HttpRequest request = MakeRequest(account, passcode, payload->path);
        request.body = payload->body;
        return request;
      },
      [&](const Transport& transport) { return Classify(distinct, transport); });
  return Unfold(reply, folded);
}

VendorReply HttpVendorClient::Probe(std::string_view account_name) {
  const auto found = endpoints_.find(account_name);
  if (found == endpoints_.end()) {
    return NothingSent(OutcomeClass::kMisconfigured, CallCode::kUnknownAccount);
  }
  Endpoint& endpoint = *found->second;
  const Account& account = endpoint.account();
  return Call(
      endpoint, std::min(endpoint.call_timeout(), kLongestProbe),
      [&](const Passcode& passcode) { return MakeRequest(account, passcode, account.probe_path); },
      ClassifyProbe);
}

LookUpReply HttpVendorClient::LookUp(const LookUpCall& call) {
  const auto found = endpoints_.find(call.account);
  if (found == endpoints_.end()) {
    return NotAnswered(NothingSent(OutcomeClass::kMisconfigured, CallCode::kUnknownAccount));
  }
  Endpoint& endpoint = *found->second;
  const std::string path = ProfilePath(call);
  std::optional<LookUpReply> answer;
  const VendorReply reply = Call(
      endpoint, endpoint.call_timeout(),
      [&](const Passcode& passcode) { return MakeRequest(endpoint.account(), passcode, path); },
      [&](const Transport& transport) {
        answer = ClassifyLookUp(transport);
        return ClassifyProbe(transport);
      });
  return answer ? *std::move(answer) : NotAnswered(reply);
}

VendorReply HttpVendorClient::Call(
    Endpoint& endpoint, milliseconds limit,
    const std::function<HttpRequest(const Passcode&)>& request,
    const std::function<VendorReply(const Transport&)>& classify) const {
  if (!FitsHeader(endpoint.account().account_id)) {
    return NothingSent(OutcomeClass::kMisconfigured, CallCode::kBadAccountId);
  }
  Result<std::vector<Passcode>> passcodes = passcodes_(endpoint.account());
  if (!passcodes) return NothingSent(OutcomeClass::kAccountBlocked, CallCode::kPasscodeUnreadable);
  endpoint.PutBestFirst(*passcodes);

  VendorReply reply = NothingSent(OutcomeClass::kAccountBlocked, CallCode::kBadPasscode);
  milliseconds left = limit;
  for (const Passcode& passcode : *passcodes) {
    if (!FitsHeader(passcode.Reveal())) continue;
    if (left <= milliseconds::zero() || limit - left > kFurtherRequestsBeginWithin) break;
    const Transport transport = endpoint.Perform(request(passcode), left);
    left -= transport.took;
    reply = classify(transport);
    if (ProvesPasscode(reply)) endpoint.Remember(passcode);
    if (reply.outcome != OutcomeClass::kAccountBlocked) break;
  }
  return reply;
}

}  // namespace lethe::clevertap
