#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "support/process.h"

namespace lethe::bench {

/// nginx in CleverTap's place: answers every call with success, at once, over connections that are
/// kept. Whoever is measured against it is measured by itself.
class NeutralVendor {
 public:
  /// Returns when it answers; throws if it does not.
  NeutralVendor();
  ~NeutralVendor();
  NeutralVendor(const NeutralVendor&) = delete;
  NeutralVendor& operator=(const NeutralVendor&) = delete;

  const std::string& url() const { return url_; }

  /// Gone, and there again on the same port.
  void Stop();
  void Start();

 private:
  std::filesystem::path directory_;
  std::string url_;
  std::unique_ptr<test::Process> nginx_;
};

}  // namespace lethe::bench
