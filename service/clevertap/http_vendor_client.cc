#include "clevertap/http_vendor_client.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "clevertap/answer.h"
#include "clevertap/folding.h"
#include "clevertap/payload.h"

namespace lethe::clevertap {
namespace {

VendorReply NothingSent(OutcomeClass outcome, std::string_view code) {
  return {.outcome = outcome, .code = std::string(code)};
}

/// A control character would end the header and begin another.
bool FitsHeader(std::string_view value) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return !value.empty() && std::none_of(value.begin(), value.end(), is_control);
}

Post MakePost(const Account& account, const Passcode& passcode, const Payload& payload) {
  return {
      .url = account.base_url + payload.path,
      .headers = {"X-CleverTap-Account-Id: " + account.account_id,
                  "X-CleverTap-Passcode: " + passcode.Reveal(),
                  "Content-Type: application/json; charset=utf-8",
                  "Expect:"},  // Else libcurl waits for a 100 before a large body.
      .body = payload.body,
  };
}

}  // namespace

/// One account and the connections to it that nobody uses right now.
class HttpVendorClient::Endpoint {
 public:
  Endpoint(Account account, const HttpOptions& options)
      : account_(std::move(account)), options_(options) {}

  const Account& account() const { return account_; }

  Transport Perform(const Post& post) {
    CurlHandle handle = TakeHandle();
    Transport transport = handle.Perform(post);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
    return transport;
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
    return NothingSent(OutcomeClass::kMisconfigured, "unknown_account");
  }
  Endpoint& endpoint = *found->second;
  const Account& account = endpoint.account();
  const Folded folded = Fold(call.identifiers);
  VendorCall distinct = call;
  distinct.identifiers = folded.distinct;
  const Result<Payload> payload = MakePayload(distinct, account.disassociate_path);
  if (!payload) return NothingSent(OutcomeClass::kRefused, "unsendable");
  if (!FitsHeader(account.account_id)) {
    return NothingSent(OutcomeClass::kMisconfigured, "bad_account_id");
  }
  const Result<Passcode> passcode = passcodes_(account);
  if (!passcode) return NothingSent(OutcomeClass::kAccountBlocked, "passcode_unreadable");
  if (!FitsHeader(passcode->Reveal())) {
    return NothingSent(OutcomeClass::kAccountBlocked, "bad_passcode");
  }
  const Transport transport = endpoint.Perform(MakePost(account, *passcode, *payload));
  return Unfold(Classify(distinct, transport), folded);
}

}  // namespace lethe::clevertap
