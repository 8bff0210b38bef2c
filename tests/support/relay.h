#pragma once

#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace lethe::test {

/// Stands between clients and a server on a Unix socket, and can go silent like a server whose
/// process is stopped: connections stay, new ones are taken, and nothing is answered.
class Relay {
 public:
  /// `url`: of PostgreSQL, see TestDatabase::url(). The relay listens on TCP.
  explicit Relay(const std::string& url);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// The same database through the relay.
  const std::string& url() const { return url_; }

  void GoSilent() { SetSilent(true); }
  /// Whether a client waits for an answer since then.
  bool is_asked() const;
  /// What was sent meanwhile arrives.
  void Speak() { SetSilent(false); }

 private:
  struct Pair {
    int client;
    int server;
  };

  void SetSilent(bool silent);
  void Run();
  void Take();

  std::string server_path_;
  std::string url_;
  int listener_ = -1;
  int wake_ = -1;  ///< An eventfd.

  mutable std::mutex mutex_;
  bool silent_ = false;
  bool stopping_ = false;
  bool resting_ = false;  ///< The thread is silent, and leaves pairs_ alone.
  std::list<Pair> pairs_;
  std::thread thread_;
};

}  // namespace lethe::test
