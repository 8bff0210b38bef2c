#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lethe/time.h"

namespace lethe::access {

/// What a certificate says of its holder.
struct Certificate {
  std::vector<std::string> names;  ///< Its SANs that are URIs or DNS names.
  TimePoint until;
};

/// The first certificate of the text, in PEM; nothing if there is none that can be read. It is not
/// verified.
std::optional<Certificate> ReadCertificate(std::string_view pem);

/// Certificates that were read before: the calls of a connection show the same one. Thread-safe.
class CertificateCache {
 public:
  /// Connections at a time, and room for those that came before them. Beyond it all are forgotten.
  static constexpr std::size_t kMost = 4'096;

  /// As ReadCertificate(); null in place of nothing.
  std::shared_ptr<const Certificate> Read(std::string_view pem);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Certificate>, Hash, std::equal_to<>> known_;
};

}  // namespace lethe::access
