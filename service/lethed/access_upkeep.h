#pragma once

#include <functional>
#include <string>
#include <vector>

#include "access/directory.h"
#include "lethe/account.h"
#include "lethe/result.h"
#include "lethed/issuer_upkeep.h"
#include "lethed/observer.h"
#include "runtime/access_file.h"
#include "runtime/loop.h"

namespace lethe {

/// Keeps what a process knows of who may do what with its access file, and the files of the issuers
/// in it. For one thread.
class AccessUpkeep {
 public:
  /// How often the files are looked at. Who loses access loses it within twice this time; a look
  /// reads some kilobytes.
  static constexpr milliseconds kEvery{500};

  /// What it works with. All must outlive it.
  struct Parts {
    std::string path;  ///< Of the access file; empty: there is none, and the directory stays open.
    const std::vector<Account>& accounts;
    access::LiveDirectory directory;
    Observer& observer;
    std::function<Result<std::string>(const std::string& path)> read;
    IssuerUpkeep::Read read_keys = runtime::ReadIssuerKeysText;
  };

  explicit AccessUpkeep(Parts parts) : parts_(std::move(parts)) {}

  /// Takes up the files for the first time. Errors: one of them cannot be used.
  Status Begin();

  /// Takes up a file that has changed, once two looks find the same: one that is written in place
  /// may lack its end for a moment, and with it the end or the operations of a grant. One that
  /// cannot be used is said once, and what was known before it holds until there is a better one.
  /// The same for the files of issuers, each for itself; an access file with a new issuer whose
  /// keys cannot be used is one that cannot be used.
  runtime::Next Look();

 private:
  Status TakeUp(std::string text);
  Result<std::vector<IssuerUpkeep>> UpkeepsOf(const std::vector<runtime::IssuerEntry>& issuers);
  void ShowChanged(const std::vector<IssuerUpkeep>& next) const;
  void UseWhatIsKnown();

  const Parts parts_;
  std::vector<access::Member> members_;
  std::vector<IssuerUpkeep> issuers_;
  std::string text_;  ///< That of the file that was taken up last.
  std::string seen_;  ///< What the last look found, if it is not taken up.
  std::string told_;  ///< The refusal that was told last; empty while the file is good.
};

}  // namespace lethe
