#pragma once

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/result.h"

namespace lethe::runtime {

/// One value of the configuration, and where it is written.
struct Setting {
  std::string where;  ///< `FILE:LINE:COLUMN`, or the name of an environment variable.
  std::string key;    ///< `dispatcher.linger`
  std::string text;
};

/// What stands behind the complaint about a word that is none of those that are known: the one that
/// it is nearest to, or all of them.
std::string Advice(const std::string& word, const std::vector<std::string>& known);

/// Collects what is wrong, so that all of it is told at once.
class Problems {
 public:
  /// Of more than so many only the number is told: an alias may make millions of one mistake.
  static constexpr std::size_t kMaxTold = 200;

  explicit Problems(std::string file) : file_(std::move(file)) {}

  void Add(const std::string& where, const std::string& key, const std::string& what);
  void Add(const Setting& setting, const std::string& what) {
    Add(setting.where, setting.key, what);
  }

  /// `FILE:LINE:COLUMN`, counted from 1.
  std::string Where(const YAML::Mark& mark) const;

  bool empty() const { return count_ == 0; }

  /// All of them as one error, in the order in which they were found.
  Error ToError() const;

 private:
  std::string file_;
  std::vector<FieldViolation> violations_;
  std::size_t count_ = 0;
};

/// A mapping of the file, read key by key. What nobody asked for by the time of Close() is an
/// unknown key, so a key has its name in one place only.
class Section {
 public:
  /// `path` leads the keys in messages; empty for the root. A node that is neither a mapping nor
  /// absent is reported.
  Section(Problems& problems, const YAML::Node& node, const YAML::Mark& mark, std::string path);

  /// The value of a key; nothing if the key is absent, or has no single value, which is reported.
  std::optional<Setting> Take(const std::string& key);

  /// As Take(); absence is reported too, with what the key is for.
  std::optional<Setting> Require(const std::string& key, const std::string& what_for);

  /// The values of a list under a key; one value that is no list reads as a list of it. Empty if
  /// the key is absent, or has anything else, which is reported as `what_for`.
  std::vector<Setting> TakeAll(const std::string& key, const std::string& what_for);

  bool Has(const std::string& key) const { return Find(key) != nullptr; }

  /// A mapping under a key; an absent one reads as empty.
  Section Child(const std::string& key);

  /// The mappings of a list under a key; absence and emptiness are reported as `what_for`.
  std::vector<Section> List(const std::string& key, const std::string& what_for);

  /// Something is wrong with the section as a whole.
  void Add(const std::string& what) const;

  /// Reports the keys that are left.
  void Close() const;

 private:
  struct Entry {
    YAML::Mark mark;
    std::string key;
    YAML::Node value;
    bool taken = false;
  };

  const Entry* Find(const std::string& key) const;
  Entry* Find(const std::string& key);
  std::string PathOf(const std::string& key) const;

  Problems& problems_;
  YAML::Mark mark_;
  std::string path_;
  bool is_map_;
  std::vector<Entry> entries_;
  std::vector<std::string> known_;
};

}  // namespace lethe::runtime
