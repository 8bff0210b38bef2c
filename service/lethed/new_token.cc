#include "lethed/new_token.h"

#include <chrono>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "access/token.h"
#include "runtime/secret_file.h"

namespace lethe {

std::string EntryOf(const std::string& token, int days, TimePoint now) {
  const std::chrono::year_month_day end =
      std::chrono::ceil<std::chrono::days>(now) + std::chrono::days(days);
  std::ostringstream entry;
  entry << "- {sha256: \"" << access::TokenDigest::Of(token).Text()
        << "\", until: " << static_cast<int>(end.year()) << '-' << std::setfill('0') << std::setw(2)
        << static_cast<unsigned>(end.month()) << '-' << std::setw(2)
        << static_cast<unsigned>(end.day()) << '}';
  return entry.str();
}

int NewToken(const NewTokenOptions& options, TimePoint now) {
  const std::string token = access::NewToken();
  if (const Status written = runtime::WriteSecretFile(options.out, token + "\n"); !written.ok()) {
    std::cerr << written.error().message << "\n";
    return 1;
  }
  std::cerr << options.out << " has the token; its entry among `tokens` of a principal:\n";
  std::cout << EntryOf(token, options.days, now) << "\n";
  return 0;
}

}  // namespace lethe
