#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "lethe/batch.h"

namespace lethe::telemetry {

enum class LogFormat { kJson, kText };
enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// The words of the configuration and of the log itself.
constexpr std::string_view Name(LogFormat format) {
  return format == LogFormat::kJson ? "json" : "text";
}
constexpr std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "";
}

struct LogOptions {
  LogFormat format = LogFormat::kJson;
  LogLevel level = LogLevel::kInfo;
};

/// An enumeration whose words are a closed set: Operation, OutcomeClass and their kind.
template <typename T>
concept NamedEnum = std::is_enum_v<T> && requires(T value) {
  { Name(value) } -> std::same_as<std::string_view>;
};

/// What a log line may say: numbers, truth values, words of closed sets, ids of Lethe's own, string
/// literals. Run-time text only through Public(), so that an identifier or a passcode does not get
/// here by accident: neither they nor a plain std::string convert.
class LogValue {
 public:
  template <std::integral T>
  LogValue(T value) {  // NOLINT(google-explicit-constructor): `{"key", value}`
    if constexpr (std::same_as<T, bool>) {
      value_ = value;
    } else {
      value_ = static_cast<std::int64_t>(value);
    }
  }
  LogValue(double value) : value_(value) {}  // NOLINT(google-explicit-constructor)
  template <NamedEnum T>
  LogValue(T value) : value_(std::string(Name(value))) {}  // NOLINT(google-explicit-constructor)
  // NOLINTNEXTLINE(google-explicit-constructor)
  consteval LogValue(const char* literal) : value_(literal) {}

  /// Ids are written as strings: many readers of JSON round integers above 2^53.
  LogValue(RequestId id) : value_(std::to_string(ToInt(id))) {}   // NOLINT
  LogValue(EnvelopeId id) : value_(std::to_string(ToInt(id))) {}  // NOLINT

  /// Text that is certainly not personal data: names from the configuration, messages of
  /// lethe::Error.
  static LogValue Public(std::string_view text) { return LogValue(std::string(text)); }

  using Variant = std::variant<bool, std::int64_t, double, const char*, std::string>;
  const Variant& get() const { return value_; }

 private:
  explicit LogValue(std::string text) : value_(std::move(text)) {}
  Variant value_;
};

struct LogField {
  const char* key;  ///< lower_snake_case literal, with its unit where it has one.
  LogValue value;
};

/// One line of the log, without the line feed. `time` is RFC 3339 in UTC. JSON is one object with
/// `time`, `level` and `message`, then the fields; bytes that are no UTF-8 become U+FFFD. Text has
/// the same in logfmt's manner; line breaks are escaped in both, so an event is always one line.
std::string FormatLogLine(LogFormat format, std::string_view time, LogLevel level,
                          std::string_view event, std::initializer_list<LogField> fields);

/// Logs to standard output from here on. Call once, before the first thread; until then Log()
/// writes JSON of level info and above.
void SetUpLogging(const LogOptions& options);

/// Writes a line. `event` is a dotted name (`batch.sent`). Thread-safe.
void Log(LogLevel level, const char* event, std::initializer_list<LogField> fields = {});

}  // namespace lethe::telemetry
