#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace lethe::store {

/// Stands between a client and the server of `url` (on a Unix socket), and can lose an answer: the
/// statement arrives, what the server says to it does not, and the session ends.
class CuttingProxy {
 public:
  explicit CuttingProxy(const std::string& url);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  /// The same database through the proxy.
  const std::string& url() const { return url_; }

  /// Loses the answer to the next message of a client that holds `text`, once.
  void CutAfterNext(const std::string& text);
  bool has_cut() const { return has_cut_; }

 private:
  void Accept();
  void Pump(int client);
  bool IsToBeCut(const std::string& message);

  std::string directory_;
  std::string server_path_;
  std::string url_;
  int listener_ = -1;
  std::mutex mutex_;
  std::string cut_after_;
  std::atomic<bool> has_cut_ = false;
  std::atomic<bool> stopping_ = false;
  std::list<std::jthread> pumps_;
  std::jthread acceptor_;
};

}  // namespace lethe::store
