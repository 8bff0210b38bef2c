#include "cli/identifiers/identifier_file.h"

#include <algorithm>
#include <sstream>

#include "fuzz/fuzz.h"
#include "fuzz/utf8.h"

// A choice whether the first line is skipped, then a file of identifiers.

namespace lethe::cli {
namespace {

using fuzz::Require;

std::ptrdiff_t CountLines(const std::string& text) {
  return std::ranges::count(text, '\n') + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

void Check(const std::string& text, bool skip_header) {
  IdentifierArguments arguments{.values = {"given"}, .file = "-"};
  std::istringstream stream(text);
  const auto wrong = ReadFile(arguments, skip_header, stream);
  fuzz::RequireNoEcho(arguments.skipped_header);
  if (wrong) {
    Require(wrong->starts_with("the standard input line "), "a fault says where");
    fuzz::RequireNoEcho(*wrong);
    return;
  }
  Require(arguments.values.size() == arguments.lines.size(), "each identifier has its line");
  Require(arguments.values.front() == "given" && arguments.lines.front() == 0,
          "those of the command line stay");
  int last = 0;
  for (std::size_t at = 1; at < arguments.values.size(); ++at) {
    const std::string& identifier = arguments.values[at];
    Require(last < arguments.lines[at] && arguments.lines[at] <= CountLines(text),
            "lines ascend and are of the file");
    last = arguments.lines[at];
    Require(!identifier.empty() && fuzz::CountUtf8(identifier).has_value(),
            "an identifier is UTF-8");
    Require(
        identifier.find('\n') == std::string::npos && identifier.find('\0') == std::string::npos,
        "an identifier is of one line");
  }
  AllIdentifiers all;
  all.identities = arguments;
  v1::CreatePrivacyRequestRequest request;
  Require(!SetOperation("erasure", all, request), "what was read can be sent");
  const std::string field =
      "erasure.identities[" + std::to_string(arguments.values.size() - 1) + "]";
  Require(arguments.values.size() == 1 ||
              WhereIs(field, all) == "the standard input line " + std::to_string(last),
          "a fault of the server finds its line");
}

void Run(fuzz::Input& input) {
  const bool skip_header = input.Flip();
  const std::string text(input.Rest());
  Check(text, skip_header);
  Check(fuzz::Planted(text), skip_header);
}

}  // namespace
}  // namespace lethe::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::cli::Run(input);
  return 0;
}
