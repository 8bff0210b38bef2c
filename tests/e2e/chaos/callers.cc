#include "callers.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <stdexcept>
#include <utility>

#include "support/eventually.h"

namespace lethe::test {
namespace {

constexpr int kMaxItems = 120;

bool MayRepeat(grpc::StatusCode code) {
  static const std::set<grpc::StatusCode> kCodes{
      grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED,
      grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::RESOURCE_EXHAUSTED};
  return kCodes.contains(code);
}

}  // namespace

Callers::Callers(int count, std::vector<std::string> accounts, std::vector<const Replica*> replicas)
    : accounts_(std::move(accounts)), replicas_(std::move(replicas)) {
  for (int caller = 0; caller < count; ++caller) {
    threads_.emplace_back([this, caller] { Run(caller); });
  }
}

Callers::~Callers() { Finish(); }

void Callers::Allow(int requests) {
  {
    std::lock_guard lock(mutex_);
    allowed_ += requests;
  }
  changed_.notify_all();
}

std::vector<Callers::Accepted> Callers::Finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  return accepted_;
}

void Callers::Run(int caller) {
  for (int number = 0;; ++number) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return number < allowed_ || finishing_; });
      if (number >= allowed_) return;
    }
    const auto request = Make(caller, number);
    const int items = request.erasure().identities_size() + request.erasure().guids_size() +
                      request.demerge().identities_size() + request.disassociation().phones_size();
    auto accepted = HandOver(request, items);
    std::lock_guard lock(mutex_);
    accepted_.push_back(std::move(accepted));
  }
}

v1::CreatePrivacyRequestRequest Callers::Make(int caller, int number) const {
  const int serial = number * 16 + caller;
  std::mt19937 random(static_cast<unsigned>(serial));
  const Ask ask = kAsks[random() % kAsks.size()];
  const std::string& account = accounts_[random() % accounts_.size()];
  const int items = 1 + static_cast<int>(random() % kMaxItems);
  return MakeRequest(account, "key-" + std::to_string(serial), ask,
                     MakeIdentifiers(ask, serial * kMaxItems, items));
}

Callers::Accepted Callers::HandOver(const v1::CreatePrivacyRequestRequest& request, int items) {
  Accepted accepted{.name = {}, .items = items};
  std::size_t tries = 0;
  const bool done = Eventually(
      [&] {
        const auto api = replicas_[tries++ % replicas_.size()]->api();
        const auto answer = api->Create(request, std::chrono::seconds(5));
        if (!answer.ok()) {
          EXPECT_TRUE(MayRepeat(answer.code()))
              << answer.code() << " " << answer.status.error_message();
          ++retries_;
          return false;
        }
        EXPECT_EQ(answer.message.item_count(), items);
        accepted.name = answer.message.name();
        return true;
      },
      std::chrono::seconds(60));
  EXPECT_TRUE(done) << "a request was not accepted within a minute";
  ++accepted_count_;
  return accepted;
}

}  // namespace lethe::test
