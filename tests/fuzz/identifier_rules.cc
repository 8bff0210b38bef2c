#include "api/fields/identifier_rules.h"

#include <array>

#include "api/fields/text_rules.h"
#include "fuzz/fuzz.h"
#include "fuzz/utf8.h"
#include "lethe/limits.h"

// A choice of the kind, then an identifier; the other texts that callers send by the same bytes.

namespace lethe::api {
namespace {

using fuzz::Require;

void RequireGood(IdentifierKind kind, const std::string& text) {
  const std::optional<std::size_t> characters = fuzz::CountUtf8(text);
  Require(characters && *characters > 0, "a good identifier is UTF-8");
  switch (kind) {
    case IdentifierKind::kIdentity:
      Require(*characters <= kMaxIdentityCharacters, "a good identity is not too long");
      break;
    case IdentifierKind::kGuid:
      Require(text.size() <= kMaxGuidBytes && fuzz::IsPrintableAscii(text),
              "a good CleverTap ID is a line of ASCII");
      break;
    case IdentifierKind::kPhone:
      Require(text.front() == '+' && text.size() > kMinPhoneDigits &&
                  text.size() <= kMaxPhoneDigits + 1 &&
                  text.find_first_not_of("0123456789", 1) == std::string::npos,
              "a good phone is E.164");
      break;
  }
  for (const char c : text) {
    Require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no control characters");
  }
  Require(text.front() != ' ' && text.back() != ' ', "no space around it");
}

void RequireFault(const IdentifierFault& fault, IdentifierKind kind, const std::string& text) {
  Require(fault.rule.kinds.contains(kind), "the rule is one of the kind");
  Require(fault.character >= 0 && fault.character <= static_cast<int>(text.size()),
          "the place is in the identifier");
  const FieldViolation violation = ToViolation("erasure.identities[0]", fault);
  Require(!violation.reason.empty() && !violation.description.empty(), "a fault is named");
  fuzz::RequireNoEcho(violation.description + violation.reason);
}

void Check(IdentifierKind kind, const std::string& text) {
  if (const auto fault = FaultOfIdentifier(kind, text)) {
    RequireFault(*fault, kind, text);
  } else {
    RequireGood(kind, text);
  }
  const auto key = FaultOfIdempotencyKey(text);
  fuzz::RequireNoEcho(key);
  if (key.empty()) {
    Require(!text.empty() && text.size() <= kMaxIdempotencyKeyBytes && fuzz::IsPrintableAscii(text),
            "a good key is a line of ASCII");
  }
  const auto justification = FaultOfJustification(text);
  fuzz::RequireNoEcho(justification);
  if (justification.empty()) {
    const auto characters = fuzz::CountUtf8(text);
    Require(characters && *characters > 0 && *characters <= kMaxJustificationCharacters,
            "a good justification is UTF-8 and not too long");
  }
}

void Run(fuzz::Input& input) {
  const IdentifierKind kind = kAll<IdentifierKind>[input.Choose(kAll<IdentifierKind>.size())];
  const std::string text(input.Rest());
  Check(kind, text);
  Check(kind, fuzz::Planted(text));
}

}  // namespace
}  // namespace lethe::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::api::Run(input);
  return 0;
}
