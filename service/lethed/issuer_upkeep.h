#pragma once

#include <functional>
#include <string>
#include <vector>

#include "access/jwk_set.h"
#include "lethe/result.h"
#include "lethed/observer.h"
#include "runtime/access_file.h"

namespace lethe {

/// Keeps what a process knows of the keys of an issuer with their file. For one thread.
class IssuerUpkeep {
 public:
  using Read = std::function<Result<std::string>(const std::string& path)>;

  /// `observer` outlives it.
  IssuerUpkeep(runtime::IssuerEntry entry, Read read, Observer& observer)
      : entry_(std::move(entry)), read_(std::move(read)), observer_(&observer) {}

  /// Takes up the file for the first time, and tells nobody. Errors: it cannot be used.
  Status Begin();

  /// Takes up a file that has changed, once two looks find the same. One that cannot be used is
  /// said once, and the keys before it hold until there is a better one. Whether there are others
  /// now.
  bool Look();

  /// Tells the observer of the keys that there are.
  void Show() const { observer_->ShowIssuer(entry_, keys_); }

  const runtime::IssuerEntry& entry() const { return entry_; }
  const access::JwkSet& keys() const { return keys_; }

 private:
  Status TakeUp(std::string text);

  runtime::IssuerEntry entry_;
  Read read_;
  Observer* observer_;
  access::JwkSet keys_;
  std::string text_;  ///< That of the file that was taken up last.
  std::string seen_;  ///< What the last look found, if it is not taken up.
  std::string told_;  ///< The refusal that was told last; empty while the file is good.
};

}  // namespace lethe
