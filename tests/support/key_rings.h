#pragma once

#include <string>
#include <vector>

namespace lethe::test {

/// A key file with keys of these numbers, the first ones first. Key N of a kind is the same in
/// every file.
inline std::string RingFile(const std::vector<int>& seals, const std::vector<int>& macs) {
  std::string file;
  const auto add = [&file](const std::string& kind, int number) {
    // base64 of 32 bytes.
    const std::string material = std::string(42, static_cast<char>('A' + number)) + "A=";
    file += kind + " " + std::to_string(number) + " " + material + "\n";
  };
  for (const int number : seals) add("seal", number);
  for (const int number : macs) add("mac", number);
  return file;
}

}  // namespace lethe::test
