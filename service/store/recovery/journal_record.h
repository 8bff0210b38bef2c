#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "store/recovery/call_memory.h"

namespace lethe::store {

/// What the journal keeps: what a CallMemory remembers.
using Remembered = std::variant<RememberedCall, NodeRenewal>;

/// As a record of the journal: its length and a checksum (CRC-32), 4 bytes each, then what is
/// remembered. Numbers are little endian.
std::string ToRecord(const RememberedCall& call);
std::string ToRecord(const NodeRenewal& node);

/// A record of any payload.
std::string WithChecksum(const std::string& payload);

/// A record at the beginning of a text.
struct ReadRecord {
  Remembered remembered;
  std::size_t size;  ///< Of the record.
};

/// Nothing: the text does not begin with a whole record, its checksum is wrong, or WithChecksum()
/// does not write such a record.
std::optional<ReadRecord> FirstRecord(std::string_view text);

}  // namespace lethe::store
