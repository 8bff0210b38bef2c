#include "crypto/key_file.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

#include "lethe/reasons.h"

namespace lethe::crypto {
namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

/// What the numbers of a ring's keys say about its rotation.
struct Numbers {
  std::uint32_t sealing = 0;  ///< The key that seals.
  std::uint32_t newest_seal = 0;
  std::uint32_t newest_mac = 0;
};

Result<Numbers> NumbersOf(std::string_view file) {
  const auto ring = KeyRing::Parse(file);
  if (!ring.ok()) return ring.error();
  Numbers numbers;
  for (const KeyId& id : ring->Ids()) {
    if (id.kind == KeyKind::kSeal && numbers.sealing == 0) numbers.sealing = id.number;
    std::uint32_t& newest = id.kind == KeyKind::kSeal ? numbers.newest_seal : numbers.newest_mac;
    newest = std::max(newest, id.number);
  }
  return numbers;
}

std::vector<std::string_view> LinesOf(std::string_view file) {
  std::vector<std::string_view> lines;
  while (!file.empty()) {
    const std::size_t size = std::min(file.find('\n'), file.size() - 1) + 1;
    lines.push_back(file.substr(0, size));
    file.remove_prefix(size);
  }
  return lines;
}

/// Takes the first word off `text`.
std::string_view TakeWord(std::string_view& text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

/// The first line with a key of this kind, and of this number unless it is 0. The file has one.
std::size_t FindLine(const std::vector<std::string_view>& lines, KeyKind kind,
                     std::uint32_t number = 0) {
  const auto found = std::ranges::find_if(lines, [&](std::string_view line) {
    if (TakeWord(line) != Name(kind)) return false;
    const std::string_view word = TakeWord(line);
    std::uint32_t found_number = 0;
    std::from_chars(word.data(), word.data() + word.size(), found_number);
    return number == 0 || found_number == number;
  });
  return static_cast<std::size_t>(found - lines.begin());
}

std::string Join(const std::vector<std::string_view>& lines) {
  std::size_t size = lines.size();
  for (const std::string_view line : lines) size += line.size();
  std::string file;
  // A growing string would leave keys behind in freed memory.
  file.reserve(size);
  for (const std::string_view line : lines) {
    file += line;
    if (!line.ends_with('\n')) file += '\n';
  }
  return file;
}

Error Refused(std::string message) {
  return {ErrorCode::kFailedPrecondition, Text(ErrorReason::kKeysRefused),
          "key file: " + std::move(message)};
}

}  // namespace

std::string FreshKeyLine(KeyKind kind, std::uint32_t number) {
  std::array<unsigned char, kKeyBytes> key;
  std::array<char, sodium_base64_ENCODED_LEN(kKeyBytes, kBase64)> text;
  randombytes_buf(key.data(), key.size());
  sodium_bin2base64(text.data(), text.size(), key.data(), key.size(), kBase64);
  std::string line;
  line.reserve(64);
  line.append(Name(kind)).append(" " + std::to_string(number) + " ").append(text.data()) += '\n';
  sodium_memzero(key.data(), key.size());
  sodium_memzero(text.data(), text.size());
  return line;
}

Result<std::string> AddNextKeys(std::string_view file) {
  const auto numbers = NumbersOf(file);
  if (!numbers.ok()) return numbers.error();
  if (numbers->newest_seal != numbers->sealing) {
    return Refused("seal key " + std::to_string(numbers->newest_seal) +
                   " is not in use yet: finish its rotation first, with --use-newest");
  }
  constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
  if (numbers->newest_seal == kLast || numbers->newest_mac == kLast) {
    return Refused("a key has the last number, " + std::to_string(kLast) +
                   ", and the next key needs a higher one");
  }
  const std::string seal = FreshKeyLine(KeyKind::kSeal, numbers->newest_seal + 1);
  const std::string mac = FreshKeyLine(KeyKind::kMac, numbers->newest_mac + 1);
  std::vector<std::string_view> lines = LinesOf(file);
  const auto insert = [&lines](std::size_t place, std::string_view line) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place), line);
  };
  insert(FindLine(lines, KeyKind::kSeal) + 1, seal);
  insert(FindLine(lines, KeyKind::kMac), mac);
  return Join(lines);
}

Result<std::string> UseNewestKeys(std::string_view file) {
  const auto numbers = NumbersOf(file);
  if (!numbers.ok()) return numbers.error();
  if (numbers->newest_seal == numbers->sealing) {
    return Refused("the newest seal key, " + std::to_string(numbers->sealing) +
                   ", is in use already: add the next keys first, without --use-newest");
  }
  std::vector<std::string_view> lines = LinesOf(file);
  const auto first = lines.begin() + static_cast<std::ptrdiff_t>(FindLine(lines, KeyKind::kSeal));
  const auto newest = lines.begin() + static_cast<std::ptrdiff_t>(
                                          FindLine(lines, KeyKind::kSeal, numbers->newest_seal));
  std::rotate(first, newest, newest + 1);
  return Join(lines);
}

}  // namespace lethe::crypto
