#include "runtime/senders.h"

#include <utility>

namespace lethe::runtime {

Senders::Senders(int threads, const std::vector<Account>& accounts,
                 std::function<Sent(const Route&)> send_one)
    : send_one_(std::move(send_one)) {
  for (const Account& account : accounts) concurrency_[account.name] = account.concurrency;
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Senders::~Senders() { Stop(); }

void Senders::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Senders::Offer(const Route& route) {
  {
    std::lock_guard lock(mutex_);
    for (int& engaged = engaged_[route]; engaged < concurrency_[route.account]; ++engaged) {
      line_.push_back(route);
    }
  }
  changed_.notify_all();
}

void Senders::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !line_.empty(); });
    if (stopping_) return;
    const Route route = std::move(line_.front());
    line_.pop_front();
    lock.unlock();
    const Sent sent = send_one_(route);
    lock.lock();
    if (sent == Sent::kSomething) {
      line_.push_back(route);
    } else {
      --engaged_[route];
    }
  }
}

}  // namespace lethe::runtime
