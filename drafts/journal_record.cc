#include "store/recovery/journal_record.h"

#include <array>
#include <chrono>
#include <cstdint>

namespace lethe::store {
namespace {

constexpr std::size_t kHeadBytes = 8;

/// Of a call with the digests of a thousand identifiers: twenty times less.
constexpr std::uint32_t kMostPayloadBytes = 1 << 20;

std::uint32_t Crc32(std::string_view text) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

void Put(std::uint64_t value, int bytes, std::string& to) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>((value >> (8 * i)) & 0xff);
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
  std::string_view Text(std::size_t bytes) {
    if (bytes > text_.size()) ended_ = true;
    const std::string_view taken = text_.substr(0, bytes);
    text_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view Rest() { return Text(text_.size()); }
  bool ended() const { return ended_; }

 private:
  std::string_view text_;
  bool ended_ = false;
};

std::optional<RememberedCall> ParsePayload(std::string_view payload) {
  Taker take(payload);
  RememberedCall call{};
  call.envelope = EnvelopeId{static_cast<std::int64_t>(take.Number(8))};
  call.started_at = TimePoint(std::chrono::microseconds(static_cast<std::int64_t>(take.Number(8))));
  call.number = static_cast<int>(take.Number(4));
  call.span = {static_cast<int>(take.Number(2)), static_cast<int>(take.Number(2))};
  const auto operation = Parse<Operation>(take.Text(take.Number(1)));
  call.route.account = take.Text(take.Number(1));
  call.digests = take.Rest();
  if (take.ended() || !operation) return {};
  call.route.operation = *operation;
  return call;
}

}  // namespace

std::string ToRecord(const RememberedCall& call) {
  std::string payload;
  Put(static_cast<std::uint64_t>(ToInt(call.envelope)), 8, payload);
  Put(static_cast<std::uint64_t>(call.started_at.time_since_epoch().count()), 8, payload);
  Put(static_cast<std::uint64_t>(call.number), 4, payload);
  Put(static_cast<std::uint64_t>(call.span.lo), 2, payload);
  Put(static_cast<std::uint64_t>(call.span.hi), 2, payload);
  for (const std::string_view word :
       {Name(call.route.operation), std::string_view(call.route.account)}) {
    Put(word.size(), 1, payload);
    payload += word;
  }
  payload += call.digests;
  std::string record;
  Put(payload.size(), 4, record);
  Put(Crc32(payload), 4, record);
  return record + payload;
}

std::optional<ReadRecord> FirstRecord(std::string_view text) {
  if (text.size() < kHeadBytes) return {};
  Taker head(text);
  const std::uint64_t size = head.Number(4);
  const std::uint64_t checksum = head.Number(4);
  if (size > kMostPayloadBytes || text.size() - kHeadBytes < size) return {};
  const std::string_view payload = text.substr(kHeadBytes, size);
  if (Crc32(payload) != checksum) return {};
  auto call = ParsePayload(payload);
  if (!call) return {};
  return ReadRecord{*std::move(call), kHeadBytes + size};
}

}  // namespace lethe::store
