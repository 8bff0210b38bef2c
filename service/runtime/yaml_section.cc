#include "runtime/yaml_section.h"

#include <algorithm>
#include <utility>

#include "lethe/nearest_word.h"
#include "lethe/reasons.h"

namespace lethe::runtime {
namespace {

/// A key is repeated in messages only if it looks like one: a secret in the wrong place does not.
bool LooksLikeKey(std::string_view key) {
  return !key.empty() && key.size() <= 40 && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

}  // namespace

std::string Advice(const std::string& word, const std::vector<std::string>& known) {
  if (const auto nearest = NearestWord(word, known)) return "; did you mean " + *nearest + "?";
  std::string words;
  for (const std::string& other : known) words += (words.empty() ? "" : ", ") + other;
  return "; known here: " + words;
}

void Problems::Add(const std::string& where, const std::string& key, const std::string& what) {
  if (++count_ > kMaxTold) return;
  violations_.push_back({where, key.empty() ? what : key + ": " + what});
}

std::string Problems::Where(const YAML::Mark& mark) const {
  if (mark.is_null()) return file_ + ":1:1";
  return file_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

Error Problems::ToError() const {
  std::string message;
  for (const FieldViolation& violation : violations_) {
    message += (message.empty() ? "" : "\n") + violation.field + ": " + violation.description;
  }
  if (count_ > violations_.size()) {
    message += "\nand " + std::to_string(count_ - violations_.size()) + " more";
  }
  return Error{ErrorCode::kInvalidArgument, Text(ErrorReason::kBadConfig), message, violations_};
}

Section::Section(Problems& problems, const YAML::Node& node, const YAML::Mark& mark,
                 std::string path)
    : problems_(problems), mark_(mark), path_(std::move(path)), is_map_(!node || node.IsMap()) {
  if (!is_map_) Add("must be a mapping of keys to values");
  if (!is_map_ || !node) return;
  for (const auto& pair : node) {
    const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
    if (Find(key) != nullptr) {
      problems_.Add(problems_.Where(pair.first.Mark()), LooksLikeKey(key) ? PathOf(key) : path_,
                    "this key is here twice");
      continue;
    }
    entries_.push_back({pair.first.Mark(), key, pair.second});
  }
}

std::optional<Setting> Section::Take(const std::string& key) {
  known_.push_back(key);
  Entry* entry = Find(key);
  if (entry == nullptr) return std::nullopt;
  entry->taken = true;
  const std::string where = problems_.Where(entry->value.Mark());
  if (!entry->value.IsScalar()) {
    problems_.Add(problems_.Where(entry->mark), PathOf(key), "needs one value");
    return std::nullopt;
  }
  return Setting{where, PathOf(key), entry->value.Scalar()};
}

std::optional<Setting> Section::Require(const std::string& key, const std::string& what_for) {
  if (is_map_ && Find(key) == nullptr) Add("needs the key " + key + ": " + what_for);
  return Take(key);
}

std::vector<Setting> Section::TakeAll(const std::string& key, const std::string& what_for) {
  known_.push_back(key);
  Entry* entry = Find(key);
  if (entry == nullptr) return {};
  entry->taken = true;
  std::vector<Setting> settings;
  const auto add = [&](const YAML::Node& node, const std::string& path) {
    if (!node.IsScalar()) return false;
    settings.push_back({problems_.Where(node.Mark()), path, node.Scalar()});
    return true;
  };
  bool good = entry->value.IsSequence() && entry->value.size() > 0;
  if (good) {
    for (const YAML::Node& node : entry->value) {
      good = good && add(node, PathOf(key) + "[" + std::to_string(settings.size()) + "]");
    }
  } else {
    good = add(entry->value, PathOf(key));
  }
  if (good) return settings;
  problems_.Add(problems_.Where(entry->mark), PathOf(key), "must be " + what_for);
  return {};
}

Section Section::Child(const std::string& key) {
  known_.push_back(key);
  Entry* entry = Find(key);
  if (entry == nullptr) {
    return {problems_, YAML::Node(YAML::NodeType::Undefined), mark_, PathOf(key)};
  }
  entry->taken = true;
  return {problems_, entry->value, entry->mark, PathOf(key)};
}

std::vector<Section> Section::List(const std::string& key, const std::string& what_for) {
  known_.push_back(key);
  Entry* entry = Find(key);
  if (entry == nullptr) {
    if (is_map_) Add("needs the key " + key + ": " + what_for);
    return {};
  }
  entry->taken = true;
  if (!entry->value.IsSequence() || entry->value.size() == 0) {
    problems_.Add(problems_.Where(entry->mark), PathOf(key), "must be " + what_for);
    return {};
  }
  std::vector<Section> sections;
  for (const YAML::Node& node : entry->value) {
    sections.emplace_back(problems_, node, node.Mark(),
                          PathOf(key) + "[" + std::to_string(sections.size()) + "]");
  }
  return sections;
}

void Section::Add(const std::string& what) const {
  problems_.Add(problems_.Where(mark_), path_, what);
}

void Section::Close() const {
  for (const Entry& entry : entries_) {
    if (entry.taken) continue;
    const std::string name = LooksLikeKey(entry.key) ? "unknown key " + entry.key : "unknown key";
    problems_.Add(problems_.Where(entry.mark), path_, name + Advice(entry.key, known_));
  }
}

const Section::Entry* Section::Find(const std::string& key) const {
  const auto entry = std::ranges::find(entries_, key, &Entry::key);
  return entry == entries_.end() ? nullptr : &*entry;
}
Section::Entry* Section::Find(const std::string& key) {
  return const_cast<Entry*>(std::as_const(*this).Find(key));
}

std::string Section::PathOf(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

}  // namespace lethe::runtime
