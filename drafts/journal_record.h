#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "store/recovery/call_memory.h"

namespace lethe::store {

/// A call as a record of the journal: its length and a checksum (CRC-32), 4 bytes each, then what is
/// remembered. Numbers are little endian.
std::string ToRecord(const RememberedCall& call);

/// A record at the beginning of a text.
struct ReadRecord {
  RememberedCall call;
  std::size_t size;  ///< Of the record.
};

/// Nothing: there is no whole record, or it was changed.
std::optional<ReadRecord> FirstRecord(std::string_view text);

}  // namespace lethe::store
