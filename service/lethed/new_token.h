#pragma once

#include <string>

#include "lethe/time.h"

namespace lethe {

struct NewTokenOptions {
  std::string out;  ///< The file for the token.
  int days = 90;    ///< How long it counts, from 1 on.
};

/// `lethed new-token`: writes a fresh token to a file, readable for its owner only, and prints its
/// entry for the access file. The exit code.
int NewToken(const NewTokenOptions& options, TimePoint now);

/// The entry: the token's SHA-256, and the day at whose beginning it ends, so that it counts for at
/// least `days`.
std::string EntryOf(const std::string& token, int days, TimePoint now);

}  // namespace lethe
