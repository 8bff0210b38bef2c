#include "lethed/rotate_keys.h"

#include <iostream>

#include "crypto/key_file.h"
#include "runtime/secret_file.h"

namespace lethe {
namespace {

int Fail(const Error& error) {
  std::cerr << error.message << "\n";
  return 1;
}

}  // namespace

int RotateKeys(const RotateKeysOptions& options) {
  const auto old = runtime::SecretFile(options.file).Read();
  if (!old.ok()) return Fail(old.error());
  const auto fresh = options.use_newest ? crypto::UseNewestKeys(*old) : crypto::AddNextKeys(*old);
  if (!fresh.ok()) return Fail(fresh.error());
  const std::string& out = options.out.empty() ? options.file : options.out;
  if (const Status written = runtime::WriteSecretFile(out, *fresh); !written.ok()) {
    return Fail(written.error());
  }
  std::cout << out << " has these keys now:";
  for (const crypto::KeyId& id : crypto::KeyRing::Parse(*fresh)->Ids()) {
    std::cout << " " << Name(id.kind) << " " << id.number;
  }
  std::cout
      << "\n"
      << (options.use_newest
              ? "Give it to every replica. deploy/runbook.md says when the old keys may go.\n"
              : "Give it to every replica and wait until each has it (lethe_newest_key); then "
                "run this again with --use-newest.\n");
  return 0;
}

}  // namespace lethe
