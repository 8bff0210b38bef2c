#include "sandbox/recorder.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace lethe::sandbox {
namespace {

void Add(const Tally& from, Tally& to) {
  to.calls += from.calls;
  to.identifiers_taken += from.identifiers_taken;
  to.distinct_identifiers += from.distinct_identifiers;
  to.repeated_identifiers += from.repeated_identifiers;
  to.repeated_calls += from.repeated_calls;
  to.dry_runs += from.dry_runs;
  to.unprocessed += from.unprocessed;
  to.largest_call = std::max(to.largest_call, from.largest_call);
  to.peak_concurrency = std::max(to.peak_concurrency, from.peak_concurrency);
  to.wrong_credentials += from.wrong_credentials;
  to.faults += from.faults;
  for (const auto& [status, count] : from.by_status) to.by_status[status] += count;
  for (const auto& [kind, count] : from.violations) to.violations[kind] += count;
}

}  // namespace

Recorder::Recorder() { randombytes_buf(key_.data(), key_.size()); }

int Recorder::Enter(const Desk& desk) {
  const int now = ++in_flight_[desk];
  Tally& tally = Of(desk);
  tally.peak_concurrency = std::max(tally.peak_concurrency, now);
  return now;
}

void Recorder::Leave(const Desk& desk) { --in_flight_[desk]; }

void Recorder::Took(const Desk& desk, CallKind kind, std::span<const std::string> identifiers,
                    TimePoint now) {
  if (identifiers.empty()) return;
  Book& book = desks_[desk];
  std::vector<Hash> hashes;
  hashes.reserve(identifiers.size());
  for (const std::string& identifier : identifiers) {
    hashes.push_back(HashOf(kind, identifier));
    const auto [entry, fresh] = book.identifiers.try_emplace(hashes.back(), Effects{.first = now});
    ++entry->second.count;
    entry->second.last = now;
    ++(fresh ? book.tally.distinct_identifiers : book.tally.repeated_identifiers);
  }
  book.tally.identifiers_taken += static_cast<std::int64_t>(identifiers.size());

  std::ranges::sort(hashes);
  std::string whole;
  for (const Hash& hash : hashes) whole.append(hash.begin(), hash.end());
  if (!book.calls.insert(HashOf(whole)).second) ++book.tally.repeated_calls;
}

Effects Recorder::EffectsOn(const Desk& desk, std::string_view identifier) const {
  Effects sum;
  const auto book = desks_.find(desk);
  if (book == desks_.end()) return sum;
  for (const CallKind kind : kCallKinds) {
    const auto entry = book->second.identifiers.find(HashOf(kind, identifier));
    if (entry == book->second.identifiers.end()) continue;
    const Effects& effects = entry->second;
    sum.first = sum.count == 0 ? effects.first : std::min(sum.first, effects.first);
    sum.last = std::max(sum.last, effects.last);
    sum.count += effects.count;
  }
  return sum;
}

void Recorder::Reset() {
  desks_.clear();
  without_desk_ = {};
}

Report Recorder::Summarize() const {
  Report report;
  Add(without_desk_, report.total);
  for (const auto& [desk, book] : desks_) {
    AccountReport& account = report.accounts[desk.account_id];
    account.apis[desk.endpoint] = book.tally;
    Add(book.tally, account.total);
    Add(book.tally, report.total);
  }
  return report;
}

std::size_t Recorder::FirstBytes::operator()(const Hash& hash) const {
  std::size_t first = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  return first;
}

Recorder::Hash Recorder::HashOf(std::string_view bytes) const {
  Hash hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), key_.data(), key_.size());
  return hash;
}

// One identifier is another one under another kind.
Recorder::Hash Recorder::HashOf(CallKind kind, std::string_view identifier) const {
  return HashOf(std::string(Name(kind)).append(":").append(identifier));
}

}  // namespace lethe::sandbox
