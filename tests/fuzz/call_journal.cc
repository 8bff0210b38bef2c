#include "fuzz/fuzz.h"
#include "store/recovery/journal_record.h"

// What a file of the journal holds behind its head; first whether the checksums are made right, so
// that what is behind them is reached.

namespace lethe::store {
namespace {

using fuzz::Require;

std::string Again(const Remembered& remembered) {
  return std::visit([](const auto& one) { return ToRecord(one); }, remembered);
}

void Check(std::string_view text) {
  while (const auto record = FirstRecord(text)) {
    Require(record->size <= text.size(), "a record is no longer than what there is");
    Require(Again(record->remembered) == text.substr(0, record->size),
            "what is read is what was written");
    if (const auto* call = std::get_if<RememberedCall>(&record->remembered)) {
      Require(0 <= call->span.lo && call->span.lo <= call->span.hi && call->number > 0,
              "a call is of an attempt that can have been");
    }
    text.remove_prefix(record->size);
  }
}

void Run(fuzz::Input& input) {
  if (!input.Flip()) return Check(input.Rest());
  const std::string record = WithChecksum(std::string(input.Rest()));
  Check(record);
  Check(record + record);
}

}  // namespace
}  // namespace lethe::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::store::Run(input);
  return 0;
}
