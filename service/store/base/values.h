#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "lethe/batch.h"
#include "lethe/time.h"
#include "lethe/words.h"

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

// ---- Values as parameters.

inline bool ToSql(bool value) { return value; }
inline std::int64_t ToSql(std::integral auto value) { return value; }
inline std::int64_t ToSql(TimePoint time) { return ToMicros(time); }
inline std::int64_t ToSql(milliseconds duration) { return duration.count(); }
inline std::int64_t ToSql(EnvelopeId id) { return ToInt(id); }
inline std::int64_t ToSql(RequestId id) { return ToInt(id); }
inline std::string ToSql(std::string_view text) { return std::string(text); }
template <Word T>
std::string ToSql(T word) {
  return std::string(Name(word));
}

/// As text, because g++ 12 takes the number of an empty optional for an uninitialised one.
template <typename T>
std::optional<std::string> ToSql(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  if constexpr (std::is_same_v<decltype(ToSql(*value)), std::string>) {
    return ToSql(*value);
  } else {
    return pqxx::to_string(ToSql(*value));
  }
}

inline pqxx::binarystring BytesToSql(std::string_view bytes) {
  return pqxx::binarystring(bytes.data(), bytes.size());
}

/// Empty text is null in the database.
inline std::optional<std::string> NullIfEmpty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

// ---- Values of rows.

inline std::string ToBytes(const pqxx::field& bytea) { return pqxx::binarystring(bytea).str(); }
inline std::optional<std::string> ToOptionalBytes(const pqxx::field& bytea) {
  return bytea.is_null() ? std::nullopt : std::optional(ToBytes(bytea));
}
inline std::string EmptyIfNull(const pqxx::field& text) {
  return text.is_null() ? std::string() : std::string(text.c_str(), text.size());
}

template <typename T>
struct FieldReader {
  static T Read(const pqxx::field& field) { return field.as<T>(); }
};
template <>
struct FieldReader<TimePoint> {
  static TimePoint Read(const pqxx::field& micros) {
    return TimePoint(std::chrono::microseconds(micros.as<std::int64_t>()));
  }
};
template <>
struct FieldReader<milliseconds> {
  static milliseconds Read(const pqxx::field& field) {
    return milliseconds(field.as<std::int64_t>());
  }
};
template <>
struct FieldReader<EnvelopeId> {
  static EnvelopeId Read(const pqxx::field& id) { return EnvelopeId{id.as<std::int64_t>()}; }
};
template <>
struct FieldReader<RequestId> {
  static RequestId Read(const pqxx::field& id) { return RequestId{id.as<std::int64_t>()}; }
};
/// A word that this version does not know: the schema's CHECKs keep those out.
template <Word T>
struct FieldReader<T> {
  static T Read(const pqxx::field& field) {
    const std::optional<T> word = Parse<T>(field.c_str());
    if (!word) throw std::logic_error(std::string("an unknown word in column ") + field.name());
    return *word;
  }
};
template <typename T>
struct FieldReader<std::optional<T>> {
  static std::optional<T> Read(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : std::optional<T>(FieldReader<T>::Read(field));
  }
};

template <typename T>
T FromSql(const pqxx::field& field) {
  return FieldReader<T>::Read(field);
}

/// Builds an array literal for a parameter such as `@names::text[]`, because libpqxx 6 binds no
/// arrays.
class ArrayLiteral {
 public:
  template <typename T>
  void Add(const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      AddText(value);
    } else if constexpr (std::is_same_v<T, bool>) {
      Element() += value ? 't' : 'f';
    } else if constexpr (Word<T>) {
      Element() += Name(value);  // needs no quotes
    } else {
      Element() += std::to_string(ToSql(value));
    }
  }
  template <typename T>
  void Add(const std::optional<T>& value) {
    if (value) {
      Add(*value);
    } else {
      AddNull();
    }
  }
  void AddNull() { Element() += "NULL"; }
  /// Empty text is null.
  void AddTextOrNull(std::string_view text) {
    if (text.empty()) {
      AddNull();
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
  void AddBytesOrNull(const std::optional<std::string_view>& bytes) {
    if (bytes) {
      AddBytes(*bytes);
    } else {
      AddNull();
    }
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

/// The array of these.
template <typename T>
ArrayLiteral ArrayOf(std::initializer_list<T> values) {
  ArrayLiteral array;
  for (const T& value : values) array.Add(value);
  return array;
}

// ---- Statements that answer one row. `statement` is a struct that sqlgen made.

/// The first row; nothing if there is none.
template <typename S>
std::optional<typename S::Row> FirstRow(pqxx::transaction_base& work, const S& statement) {
  auto rows = statement.Run(work);
  return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

/// The only row. Throws pqxx::unexpected_rows if there is none, or another.
template <typename S>
typename S::Row OnlyRow(pqxx::transaction_base& work, const S& statement) {
  auto rows = statement.Run(work);
  if (rows.size() != 1) throw pqxx::unexpected_rows("a statement did not answer exactly one row");
  return std::move(rows.front());
}

}  // namespace lethe::store
