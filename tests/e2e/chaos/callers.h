#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "replica.h"

namespace lethe::test {

/// Callers that never give up: each hands over request after request, and repeats one with its key,
/// at one replica and then the other, until it is answered OK. They are let go on in portions, so
/// that there is work under way all along.
class Callers {
 public:
  struct Accepted {
    std::string name;
    int items;
  };

  Callers(int count, std::vector<std::string> accounts, std::vector<const Replica*> replicas);
  ~Callers();

  /// Lets every caller hand over `requests` more.
  void Allow(int requests);

  /// Waits until all that was allowed is accepted; lets the callers go.
  std::vector<Accepted> Finish();

  int accepted() const { return accepted_count_; }
  int retries() const { return retries_; }

 private:
  void Run(int caller);
  v1::CreatePrivacyRequestRequest Make(int caller, int number) const;
  Accepted HandOver(const v1::CreatePrivacyRequestRequest& request, int items);

  const std::vector<std::string> accounts_;
  const std::vector<const Replica*> replicas_;
  std::atomic<int> accepted_count_{0};
  std::atomic<int> retries_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  int allowed_ = 0;  ///< Of each caller.
  bool finishing_ = false;
  std::vector<Accepted> accepted_;
  std::vector<std::thread> threads_;
};

}  // namespace lethe::test
