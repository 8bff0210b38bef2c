#pragma once

#include <chrono>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "lethe/time.h"

namespace lethe::store {

/// Times as lethe_time() and lethe_micros() of the schema take and give them.
inline std::int64_t ToMicros(TimePoint time) { return time.time_since_epoch().count(); }
inline std::optional<std::int64_t> ToMicros(std::optional<TimePoint> time) {
  return time ? std::optional(ToMicros(*time)) : std::nullopt;
}
inline TimePoint ToTime(const pqxx::field& micros) {
  return TimePoint(std::chrono::microseconds(micros.as<std::int64_t>()));
}
inline std::optional<TimePoint> ToOptionalTime(const pqxx::field& micros) {
  if (micros.is_null()) return std::nullopt;
  return ToTime(micros);
}

/// An empty word is null in the database.
inline std::optional<std::string> NullIfEmpty(std::string_view word) {
  return word.empty() ? std::nullopt : std::optional(std::string(word));
}

inline std::string ToBytes(const pqxx::field& bytea) { return pqxx::binarystring(bytea).str(); }

/// Builds an array literal for a parameter such as `$1::bigint[]`, because libpqxx 6 binds no
/// arrays.
class ArrayLiteral {
 public:
  void Add(std::int64_t number) { Element() += std::to_string(number); }
  void Add(std::optional<std::int64_t> number) {
    Element() += number ? std::to_string(*number) : "NULL";
  }
  /// Empty text is null.
  void AddTextOrNull(std::string_view text) {
    if (text.empty()) {
      Element() += "NULL";
    } else {
      AddText(text);
    }
  }
  void AddText(std::string_view text) {
    Element() += '"';
    for (char c : text) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
  void AddBytes(std::string_view bytes) {
    static constexpr char kHex[] = "0123456789abcdef";
    Element() += R"("\\x)";
    for (unsigned char c : bytes) {
      text_ += kHex[c >> 4];
      text_ += kHex[c & 15];
    }
    text_ += '"';
  }

  bool empty() const { return text_.size() == 1; }
  std::string str() const { return text_ + '}'; }

 private:
  std::string& Element() {
    if (!empty()) text_ += ',';
    return text_;
  }

  std::string text_ = "{";
};

/// The array of this one text.
inline std::string ArrayOf(std::string_view text) {
  ArrayLiteral array;
  array.AddText(text);
  return array.str();
}

}  // namespace lethe::store
