#include "runtime/secret_file.h"

#include <array>

#include "fuzz/memory_file.h"
#include "fuzz/utf8.h"
#include "runtime/secrets.h"

// A choice of the file's mode, then what the file holds.

namespace lethe::runtime {
namespace {

using fuzz::Require;

constexpr std::array<mode_t, 4> kModes{0600, 0640, 0604, 0602};

void CheckError(const Error& error) {
  Require(error.code == ErrorCode::kFailedPrecondition && error.reason == "SECRET_FILE",
          "what is no secret is refused as such");
  fuzz::RequireNoEcho(error.message);
}

void CheckSecret(const std::string& secret, const std::string& content, mode_t mode) {
  Require((mode & S_IRWXO) == 0, "a secret is not for everybody");
  Require(!secret.empty() && content.size() <= SecretFile::kMaxBytes, "a secret is small");
  Require(content == secret || content == secret + "\n" || content == secret + "\r\n",
          "a secret is the file without one line end");
}

void Check(const std::string& content, mode_t mode) {
  const fuzz::MemoryFile file(content, mode);
  const auto secret = SecretFile(file.path()).Read();
  const auto passcodes = ReadPasscodes({.name = "shop",
                                        .base_url = "",
                                        .account_id = "",
                                        .passcode_file = file.path(),
                                        .hours = {TimeZone::Find("UTC").value()}});
  if (!secret.ok()) {
    CheckError(secret.error());
    Require(!passcodes.ok(), "what is no secret holds no passcodes");
  } else {
    CheckSecret(*secret, content, mode);
  }
  if (!passcodes.ok()) return CheckError(passcodes.error());
  Require(!passcodes->empty() && passcodes->size() <= kMaxPasscodes, "one passcode, or two");
  for (const Passcode& passcode : *passcodes) {
    const std::string& text = passcode.Reveal();
    Require(!text.empty() && fuzz::IsPrintableAscii(text) && text.find(' ') == std::string::npos,
            "a passcode fits a header");
  }
}

void Run(fuzz::Input& input) {
  const mode_t mode = kModes[input.Choose(kModes.size())];
  const std::string content(input.Rest());
  Check(content, mode);
  Check(fuzz::Planted(content), mode);
}

}  // namespace
}  // namespace lethe::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::runtime::Run(input);
  return 0;
}
