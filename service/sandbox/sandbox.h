#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "lethe/result.h"

namespace lethe::sandbox {

struct Options {
  std::string listen = "127.0.0.1:0";  ///< Port 0 takes a free one.
  std::chrono::milliseconds night_every{
      0};  ///< Marked profiles are processed this often; 0: only when told to.
  std::string account_id =
      "";  ///< If set, with `passcode`: other credentials answer 401. Empty: any non-empty ones do.
  std::string passcode = "";
};

/// A CleverTap to run on a laptop: its three endpoints and the profile look-up, strict about the
/// contract of `docs/clevertap_contract.md`, and able to misbehave on demand. Everything is in
/// memory. Runs until destroyed.
class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> Start(const Options& options);
  ~Sandbox();

  int port() const;
  std::string base_url() const;  ///< `http://127.0.0.1:PORT`

 private:
  class State;
  explicit Sandbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lethe::sandbox
