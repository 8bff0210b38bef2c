#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clevertap/curl_exchange.h"
#include "lethe/account.h"
#include "lethe/profile_reader.h"
#include "lethe/redacted.h"
#include "lethe/result.h"
#include "lethe/vendor.h"

namespace lethe::clevertap {

/// Where an account's passcodes come from: at least one, and several while one replaces another.
/// Asked before every call, from any thread, so that a new passcode is used without a restart.
using PasscodeSource = std::function<Result<std::vector<Passcode>>(const Account&)>;

/// CleverTap over HTTP. Thread-safe. Connections are kept open, per account, as many as were ever
/// in use at once.
///
/// Of several passcodes the one that worked last is used first. Where it is refused (401) the next
/// is tried at once, within the same call and its call_timeout: nothing has happened, so this
/// repeats nothing. It is not tried later than kFurtherRequestsBeginWithin (pause.h). Any other
/// answer is the answer: a 403 speaks of the path or the payload.
///
/// Besides what CleverTap answers (see Classify()), with nothing sent and `code` saying why:
///   kMisconfigured   `unknown_account`; `bad_account_id`: one that no header can carry;
///   kAccountBlocked  `passcode_unreadable`; `bad_passcode`: one that no header can carry;
///   kRefused         `unsendable`: MakePayload() failed. Splitting isolates a bad identifier.
class HttpVendorClient : public VendorClient, public ProfileReader {
 public:
  HttpVendorClient(std::vector<Account> accounts, PasscodeSource passcodes,
                   const HttpOptions& options);
  ~HttpVendorClient() override;

  VendorReply Send(const VendorCall& call) override;
  VendorReply Probe(std::string_view account) override;
  LookUpReply LookUp(const LookUpCall& call) override;

 private:
  class Endpoint;

  /// One call of the account in at most `limit`: `request` makes it for a passcode, `classify` says
  /// what came of it.
  VendorReply Call(Endpoint& endpoint, milliseconds limit,
                   const std::function<HttpRequest(const Passcode&)>& request,
                   const std::function<VendorReply(const Transport&)>& classify) const;

  const PasscodeSource passcodes_;
  std::map<std::string, std::unique_ptr<Endpoint>, std::less<>> endpoints_;
};

}  // namespace lethe::clevertap
