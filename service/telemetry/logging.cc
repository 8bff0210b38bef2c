#include "telemetry/logging.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

namespace lethe::telemetry {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Json ToJson(const LogValue& value) {
  return std::visit([](const auto& v) { return Json(v); }, value.get());
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::err;
}

struct Output {
  Output() : logger("lethe", std::make_shared<spdlog::sinks::stdout_sink_mt>()) {
    logger.set_pattern("%v");
    // A line that a crash keeps in a buffer is the one that would have explained it.
    logger.flush_on(spdlog::level::debug);
  }

  spdlog::logger logger;
  std::atomic<LogFormat> format{LogFormat::kJson};
};

// Never destroyed: threads may still log while the process exits.
Output& Out() {
  static Output& output = *new Output;
  return output;
}

std::string Timestamp(std::chrono::system_clock::time_point time) {
  const auto micros = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
  const std::time_t seconds = micros.count() / 1'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     micros.count() % 1'000'000);
}

}  // namespace

std::string FormatLogLine(LogFormat format, std::string_view time, LogLevel level,
                          std::string_view event, std::initializer_list<LogField> fields) {
  if (format == LogFormat::kJson) {
    Json line{{"time", time}, {"level", Name(level)}, {"message", event}};
    for (const LogField& field : fields) line[field.key] = ToJson(field.value);
    return Dump(line);
  }
  std::string line = fmt::format("{} {:<7} {}", time, Name(level), event);
  for (const LogField& field : fields) {
    line += fmt::format(" {}={}", field.key, Dump(ToJson(field.value)));
  }
  return line;
}

void SetUpLogging(const LogOptions& options) {
  Out().format = options.format;
  Out().logger.set_level(ToSpdlog(options.level));
}

void Log(LogLevel level, const char* event, std::initializer_list<LogField> fields) {
  Output& out = Out();
  if (!out.logger.should_log(ToSpdlog(level))) return;
  out.logger.log(ToSpdlog(level), std::string_view(FormatLogLine(
                                      out.format, Timestamp(std::chrono::system_clock::now()),
                                      level, event, fields)));
}

}  // namespace lethe::telemetry
