#include <array>
#include <optional>
#include <string_view>

#include "lethe/batch.h"
#include "lethe/decision.h"
#include "lethe/operation.h"

namespace lethe {
namespace {

template <typename Word, std::size_t size>
std::optional<Word> Parse(const std::array<Word, size>& words, std::string_view name) {
  for (Word word : words) {
    if (Name(word) == name) return word;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Operation> ParseOperation(std::string_view name) { return Parse(kOperations, name); }

std::optional<IdentifierKind> ParseIdentifierKind(std::string_view name) {
  return Parse(std::array{IdentifierKind::kIdentity, IdentifierKind::kGuid, IdentifierKind::kPhone},
               name);
}

std::optional<Api> ParseApi(std::string_view name) { return Parse(kApis, name); }

std::optional<BatchState> ParseBatchState(std::string_view name) {
  return Parse(kBatchStates, name);
}

std::optional<Resume> ParseResume(std::string_view name) { return Parse(kResumes, name); }

}  // namespace lethe
