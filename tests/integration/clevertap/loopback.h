#pragma once

#include <string>

namespace lethe {

/// A port of loopback that behaves badly from the start. Aborts the test program if it cannot be
/// had.
class LoopbackPort {
 public:
  enum class Manner {
    kRefuses,  ///< Nobody listens.
    kSilent,   ///< Connections are taken, and never a byte comes, unless the test accepts them.
  };
  explicit LoopbackPort(Manner manner);
  ~LoopbackPort();
  LoopbackPort(const LoopbackPort&) = delete;
  LoopbackPort& operator=(const LoopbackPort&) = delete;

  std::string Url(const std::string& scheme) const;

  int socket() const { return socket_; }

 private:
  int socket_;
};

}  // namespace lethe
