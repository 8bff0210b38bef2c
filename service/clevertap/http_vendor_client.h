#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clevertap/curl_post.h"
#include "lethe/account.h"
#include "lethe/redacted.h"
#include "lethe/result.h"
#include "lethe/vendor.h"

namespace lethe::clevertap {

/// Where an account's passcode comes from. Asked before every call, from any thread, so that a new
/// passcode is used without a restart.
using PasscodeSource = std::function<Result<Passcode>(const Account&)>;

/// CleverTap over HTTP. Thread-safe. Connections are kept open, per account, as many as were ever
/// in use at once.
///
/// Besides what CleverTap answers (see Classify()), with nothing sent and `code` saying why:
///   kMisconfigured   `unknown_account`; `bad_account_id`: one that no header can carry;
///   kAccountBlocked  `passcode_unreadable`; `bad_passcode`: one that no header can carry;
///   kRefused         `unsendable`: MakePayload() failed. Splitting isolates a bad identifier.
class HttpVendorClient : public VendorClient {
 public:
  HttpVendorClient(std::vector<Account> accounts, PasscodeSource passcodes,
                   const HttpOptions& options);
  ~HttpVendorClient() override;

  VendorReply Send(const VendorCall& call) override;

 private:
  class Endpoint;

  const PasscodeSource passcodes_;
  std::map<std::string, std::unique_ptr<Endpoint>, std::less<>> endpoints_;
};

}  // namespace lethe::clevertap
