#include "store/recovery/call_memory.h"

#include <utility>

#include "store/recovery/call_journal.h"

namespace lethe::store {

std::uint64_t CallMemory::checks() const {
  const std::lock_guard lock(mutex_);
  return checks_;
}

void CallMemory::CheckBegins() {
  const std::lock_guard lock(mutex_);
  ++checks_;
}

void CallMemory::Keep(CallJournal& journal) {
  if (journal.found().node) Remember(*journal.found().node);
  Remember(journal.found().newest, 0);
  journal_ = &journal;
}

bool CallMemory::Remember(std::vector<RememberedCall> calls, std::uint64_t checks) {
  if (journal_) journal_->Append(calls);
  const std::lock_guard lock(mutex_);
  for (RememberedCall& call : calls) {
    digest_bytes_ += call.digests.size();
    calls_.push_back(std::move(call));
  }
  for (; calls_.size() > kMostCalls; calls_.pop_front()) {
    digest_bytes_ -= calls_.front().digests.size();
    if (without_digests_ > 0) --without_digests_;
  }
  for (; digest_bytes_ > kMostDigestBytes; ++without_digests_) {
    std::string& digests = calls_[without_digests_].digests;
    digest_bytes_ -= digests.size();
    std::string().swap(digests);
  }
  return checks_ == checks;
}

void CallMemory::Remember(const NodeRenewal& node) {
  if (journal_) journal_->Append(node);
  const std::lock_guard lock(mutex_);
  const bool older =
      node_ && node_->number == node.number && node_->reserved_until_ms >= node.reserved_until_ms;
  if (!older) node_ = node;
}

CallMemory::Contents CallMemory::contents() const {
  const std::lock_guard lock(mutex_);
  return {.calls = {calls_.begin(), calls_.end()}, .node = node_};
}

void CallMemory::Forget(const NodeRenewal& node) {
  const std::lock_guard lock(mutex_);
  if (node_ == node) node_.reset();
}

}  // namespace lethe::store
