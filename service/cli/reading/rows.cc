#include "cli/reading/rows.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "cli/output/print.h"

namespace lethe::cli {
namespace {

/// On one line.
std::string CompactJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  static_cast<void>(google::protobuf::util::MessageToJsonString(message, &json, options));
  return json;
}

}  // namespace

const std::vector<std::string>& RowFormatNames() {
  static const std::vector<std::string> kNames{"table", "json", "csv", "ndjson"};
  return kNames;
}

RowFormat ParseRowFormat(const std::string& name) {
  const auto place = std::ranges::find(RowFormatNames(), name);
  return static_cast<RowFormat>(place - RowFormatNames().begin());
}

std::string CsvField(const std::string& text) {
  std::string field = text;
  if (!field.empty() && std::string_view("=+-@\t\r").find(field[0]) != std::string_view::npos) {
    field.insert(0, 1, '\'');
  }
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

RowWriter::RowWriter(RowFormat format, std::string field, std::vector<std::string> columns,
                     std::ostream& out)
    : format_(format), field_(std::move(field)), columns_(std::move(columns)), out_(out) {
  widths_.resize(columns_.size(), 0);
  if (format_ == RowFormat::kJson) out_ << "{\n \"" << field_ << "\": [";
  if (format_ == RowFormat::kCsv) {
    for (std::size_t i = 0; i < columns_.size(); ++i) out_ << (i > 0 ? "," : "") << columns_[i];
    out_ << "\r\n";
  }
}

void RowWriter::Add(std::vector<std::string> cells, const google::protobuf::Message& whole) {
  switch (format_) {
    case RowFormat::kTable: waiting_.push_back(std::move(cells)); break;
    case RowFormat::kJson: out_ << (count_ > 0 ? ",\n" : "\n") << CompactJson(whole); break;
    case RowFormat::kNdjson: out_ << CompactJson(whole) << '\n'; break;
    case RowFormat::kCsv:
      for (std::size_t i = 0; i < cells.size(); ++i) {
        out_ << (i > 0 ? "," : "") << CsvField(cells[i]);
      }
      out_ << "\r\n";
      break;
  }
  ++count_;
}

void RowWriter::Flush() {
  if (format_ != RowFormat::kTable || waiting_.empty()) return;
  if (!std::exchange(has_head_, true)) waiting_.insert(waiting_.begin(), columns_);
  for (const auto& cells : waiting_) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths_[i] = std::max(widths_[i], cells[i].size());
    }
  }
  for (const auto& cells : waiting_) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += cells[i] + std::string(widths_[i] - cells[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ << line << '\n';
  }
  waiting_.clear();
}

void RowWriter::End() {
  Flush();
  if (format_ == RowFormat::kJson) out_ << "\n ]\n}\n";
}

}  // namespace lethe::cli
