// sqlgen: makes C++ of .sql files. See sql_file.h for how they are written.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "store/sqlgen/emit.h"
#include "store/sqlgen/sql_file.h"

namespace lethe::sqlgen {
namespace {

std::string ReadFile(const std::string& path, std::vector<Problem>& problems) {
  std::ifstream file(path, std::ios::binary);
  if (!file) problems.push_back({path, 1, "cannot be read"});
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Leaves a file that is right already as it is, so that nothing is compiled anew.
bool WriteFile(const std::string& path, const std::string& text) {
  std::vector<Problem> ignored;
  if (std::filesystem::exists(path) && ReadFile(path, ignored) == text) return true;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::cerr << path << ": cannot be written\n";
  return static_cast<bool>(file);
}

/// Whether there are problems.
bool Report(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) std::cerr << problem.Text() << '\n';
  return !problems.empty();
}

int Main(int argc, char** argv) {
  CLI::App app("sqlgen makes C++ of .sql files");
  std::vector<std::string> fragment_paths, paths;
  std::string header, include, source, registry;
  app.add_option("--fragment", fragment_paths, "Fragments that the statements may use");
  app.add_option("--header", header, "Where a room's header is written");
  app.add_option("--include", include, "How the source includes it");
  app.add_option("--source", source, "Where a room's source is written");
  app.add_option("--registry", registry, "Where the text of all statements is written");
  app.add_option("statements", paths, "The .sql files")->required();
  CLI11_PARSE(app, argc, argv);

  std::vector<Problem> problems;
  Fragments fragments;
  for (const std::string& path : fragment_paths) {
    auto fragment = ParseFragment(path, ReadFile(path, problems), problems);
    if (fragment) AddFragment(std::move(*fragment), fragments, problems);
  }
  if (Report(problems)) return 1;  // Statements would only report that the fragment is missing.
  std::vector<SqlFile> files;
  for (const std::string& path : paths) {
    auto file = ParseStatement(path, ReadFile(path, problems), fragments, problems);
    if (file) files.push_back(std::move(*file));
  }
  FindDuplicates(files, problems);
  if (Report(problems)) return 1;

  bool written = true;
  if (!header.empty()) written = WriteFile(header, EmitHeader(files)) && written;
  if (!source.empty()) written = WriteFile(source, EmitSource(files, include)) && written;
  if (!registry.empty()) written = WriteFile(registry, EmitRegistry(files)) && written;
  return written ? 0 : 1;
}

}  // namespace
}  // namespace lethe::sqlgen

int main(int argc, char** argv) { return lethe::sqlgen::Main(argc, argv); }
