#pragma once

#include <CLI/CLI.hpp>

namespace lethe::cli {

/// For each value of a list of ordinals: digits alone, without a zero in front. CLI11 would take an
/// empty word for 0, and 010 for 8: the item of another person.
CLI::Validator PlainOrdinal();

}  // namespace lethe::cli
