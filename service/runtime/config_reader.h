#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lethe/reasons.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "runtime/config.h"
#include "runtime/config_values.h"
#include "runtime/yaml_section.h"

namespace lethe::runtime {

// How each value of the configuration is read.

inline auto Integer(int min, int max) {
  return [=](const std::string& text) { return ParseInteger(text, min, max); };
}
inline auto Duration(milliseconds min, milliseconds max) {
  return [=](const std::string& text) { return ParseDuration(text, min, max); };
}

/// One of the words of an enumeration.
template <typename Enum>
auto OneOf(std::initializer_list<Enum> values) {
  return [values = std::vector<Enum>(values)](const std::string& text) -> Result<Enum> {
    std::string words;
    for (Enum value : values) {
      if (Name(value) == text) return value;
      words += (words.empty() ? "" : ", ") + std::string(Name(value));
    }
    return Error{ErrorCode::kInvalidArgument, Text(ErrorReason::kBadValue),
                 "must be one of " + words};
  };
}

/// Reads values of one document.
class ConfigReader {
 public:
  ConfigReader(Problems& problems, std::filesystem::path directory, const Environment& environment)
      : problems_(problems), directory_(std::move(directory)), environment_(environment) {}

  Problems& problems() const { return problems_; }

  /// The variable's value if it is set, otherwise the file's.
  std::optional<Setting> Overridden(const std::string& variable,
                                    std::optional<Setting> in_file) const {
    if (auto text = environment_(variable)) return Setting{variable, "", *std::move(text)};
    return in_file;
  }

  /// Puts the parsed text into `out`. False if it is wrong, which is reported.
  template <typename T, typename Parse>
  bool Read(const std::optional<Setting>& setting, T& out, Parse parse) {
    if (!setting) return true;
    auto value = parse(setting->text);
    if (!value.ok()) {
      problems_.Add(*setting, value.error().message);
      return false;
    }
    out = std::move(value).value();
    return true;
  }

  /// A file name, relative to the configuration's own directory.
  void ReadPath(const std::optional<Setting>& setting, std::string& out) {
    Read(setting, out, [this](const std::string& text) -> Result<std::string> {
      if (text.empty() || text.find('\0') != std::string::npos) {
        return Error{ErrorCode::kInvalidArgument, Text(ErrorReason::kBadValue),
                     "must be the name of a file"};
      }
      return (directory_ / text).lexically_normal().string();
    });
  }

 private:
  Problems& problems_;
  const std::filesystem::path directory_;
  const Environment& environment_;
};

}  // namespace lethe::runtime
