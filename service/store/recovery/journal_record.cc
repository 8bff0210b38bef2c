#include "store/recovery/journal_record.h"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace lethe::store {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kDigestBytes = 20;

/// Of a call with the digests of a thousand identifiers: fifty times less.
constexpr std::uint64_t kMostPayloadBytes = 1 << 20;

constexpr std::uint64_t kCall = 1;
constexpr std::uint64_t kNode = 2;

/// Before Lethe was, and so late that PostgreSQL still takes it.
constexpr TimePoint kEarliest{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}};
constexpr TimePoint kLatest{std::chrono::sys_days{std::chrono::year{2200} / 1 / 1}};

bool IsPlausible(TimePoint time) { return kEarliest <= time && time < kLatest; }

std::uint32_t Checksum(std::string_view text) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

void Put(std::uint64_t value, int bytes, std::string& to) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>((value >> (8 * i)) & 0xff);
}
void Put(TimePoint time, std::string& to) {
  Put(static_cast<std::uint64_t>(time.time_since_epoch().count()), 8, to);
}
void PutWord(std::string_view word, std::string& to) {
  Put(word.size(), 1, to);
  to += word;
}

/// Takes from the beginning of a text; zeros once it has ended.
class Taker {
 public:
  explicit Taker(std::string_view text) : text_(text) {}

  std::uint64_t Number(int bytes) {
    std::uint64_t value = 0;
    const std::string_view from = Text(static_cast<std::size_t>(bytes));
    for (std::size_t i = 0; i < from.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
    }
    return value;
  }
  TimePoint Time() {
    return TimePoint(std::chrono::microseconds(static_cast<std::int64_t>(Number(8))));
  }
  std::string_view Word() { return Text(Number(1)); }
  std::string_view Text(std::size_t bytes) {
    if (bytes > text_.size()) ended_ = true;
    const std::string_view taken = text_.substr(0, bytes);
    text_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view Rest() { return Text(text_.size()); }
  bool whole() const { return !ended_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ended_ = false;
};

/// What may stand in the database as text.
bool IsName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return '!' <= c && c <= '~'; });
}

std::optional<Remembered> ParseCall(Taker take) {
  RememberedCall call{};
  call.envelope = EnvelopeId{static_cast<std::int64_t>(take.Number(8))};
  call.started_at = take.Time();
  const std::uint64_t number = take.Number(4);
  const std::uint64_t lo = take.Number(2);
  const std::uint64_t hi = take.Number(2);
  const auto operation = Parse<Operation>(take.Word());
  call.route.account = take.Word();
  call.digests = take.Rest();
  const bool good = take.whole() && operation && IsName(call.route.account) && lo <= hi &&
                    hi <= INT16_MAX && 0 < number && number <= INT32_MAX &&
                    call.digests.size() % kDigestBytes == 0 && IsPlausible(call.started_at);
  if (!good) return {};
  call.number = static_cast<int>(number);
  call.span = {static_cast<int>(lo), static_cast<int>(hi)};
  call.route.operation = *operation;
  return call;
}

std::optional<Remembered> ParseNode(Taker take) {
  NodeRenewal node;
  const std::uint64_t number = take.Number(2);
  node.reserved_until_ms = static_cast<std::int64_t>(take.Number(8));
  node.renewed_at = take.Time();
  node.holder = take.Word();
  const bool good = take.whole() && number <= kMaxNode && IsName(node.holder) &&
                    node.reserved_until_ms >= 0 && IsPlausible(node.renewed_at);
  if (!good) return {};
  node.number = static_cast<int>(number);
  return node;
}

std::optional<Remembered> ParsePayload(std::string_view payload) {
  Taker take(payload);
  switch (take.Number(1)) {
    case kCall: return ParseCall(take);
    case kNode: return ParseNode(take);
    default: return {};
  }
}

}  // namespace

std::string WithChecksum(const std::string& payload) {
  std::string record;
  Put(payload.size(), 4, record);
  Put(Checksum(payload), 4, record);
  return record + payload;
}

std::string ToRecord(const RememberedCall& call) {
  std::string payload;
  Put(kCall, 1, payload);
  Put(static_cast<std::uint64_t>(ToInt(call.envelope)), 8, payload);
  Put(call.started_at, payload);
  Put(static_cast<std::uint64_t>(call.number), 4, payload);
  Put(static_cast<std::uint64_t>(call.span.lo), 2, payload);
  Put(static_cast<std::uint64_t>(call.span.hi), 2, payload);
  PutWord(Name(call.route.operation), payload);
  PutWord(call.route.account, payload);
  return WithChecksum(payload + call.digests);
}

std::string ToRecord(const NodeRenewal& node) {
  std::string payload;
  Put(kNode, 1, payload);
  Put(static_cast<std::uint64_t>(node.number), 2, payload);
  Put(static_cast<std::uint64_t>(node.reserved_until_ms), 8, payload);
  Put(node.renewed_at, payload);
  PutWord(node.holder.substr(0, UINT8_MAX), payload);
  return WithChecksum(payload);
}

std::optional<ReadRecord> FirstRecord(std::string_view text) {
  if (text.size() < kHeadBytes) return {};
  Taker head(text);
  const std::uint64_t size = head.Number(4);
  const std::uint64_t checksum = head.Number(4);
  if (size > kMostPayloadBytes || text.size() - kHeadBytes < size) return {};
  const std::string_view payload = text.substr(kHeadBytes, size);
  if (Checksum(payload) != checksum) return {};
  auto remembered = ParsePayload(payload);
  if (!remembered) return {};
  return ReadRecord{*std::move(remembered), kHeadBytes + size};
}

}  // namespace lethe::store
