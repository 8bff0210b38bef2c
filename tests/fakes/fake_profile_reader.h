#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "lethe/profile_reader.h"

namespace lethe::fakes {

/// Profiles by identifier. Whoever was not added is absent. Thread-safe.
class FakeProfileReader : public ProfileReader {
 public:
  LookUpReply LookUp(const LookUpCall& call) override {
    const std::string& key = call.identifier.Reveal();
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(key);
    }
    if (before_each_) before_each_();
    const std::lock_guard lock(mutex_);
    if (!next_.empty()) {
      LookUpReply reply = std::move(next_.front());
      next_.pop_front();
      return reply;
    }
    if (const auto reply = replies_.find(key); reply != replies_.end()) return reply->second;
    const auto found = profiles_.find(key);
    if (found == profiles_.end()) return {.outcome = LookUpOutcome::kAbsent, .http_status = 200};
    return {.outcome = LookUpOutcome::kFound, .profile = found->second, .http_status = 200};
  }

  void Put(const Identifier& identifier, Profile profile) {
    const std::lock_guard lock(mutex_);
    profiles_[identifier.Reveal()] = std::move(profile);
  }
  /// Until told otherwise, and whoever is there.
  void Answer(const Identifier& identifier, LookUpReply reply) {
    const std::lock_guard lock(mutex_);
    replies_[identifier.Reveal()] = std::move(reply);
  }
  /// To the next call that no earlier one of these answers.
  void AnswerNext(LookUpReply reply) {
    const std::lock_guard lock(mutex_);
    next_.push_back(std::move(reply));
  }
  void BeforeEach(std::function<void()> hook) { before_each_ = std::move(hook); }

  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::function<void()> before_each_;
  std::map<std::string, Profile> profiles_;
  std::map<std::string, LookUpReply> replies_;
  std::deque<LookUpReply> next_;
  std::vector<std::string> asked_;
};

}  // namespace lethe::fakes
