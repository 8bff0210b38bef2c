#pragma once

#include <google/protobuf/message.h>

#include <ostream>
#include <string>
#include <vector>

namespace lethe::cli {

/// How rows look. kTable is for people; the others are for programs, and have every row as soon as
/// it is known.
enum class RowFormat { kTable, kJson, kCsv, kNdjson };

/// The formats' names, as options take them.
const std::vector<std::string>& RowFormatNames();

/// Of one of RowFormatNames().
RowFormat ParseRowFormat(const std::string& name);

/// Writes rows of one kind.
class RowWriter {
 public:
  /// `field` is what JSON calls the list. The streams outlive the writer.
  RowWriter(RowFormat format, std::string field, std::vector<std::string> columns,
            std::ostream& out);

  /// A cell for each column, and the whole of it. A table keeps its rows until Flush().
  void Add(std::vector<std::string> cells, const google::protobuf::Message& whole);

  /// Shows the rows of a table so far, with columns as wide as these need.
  void Flush();

  /// After the last row. Once.
  void End();

  int count() const { return count_; }

 private:
  const RowFormat format_;
  const std::string field_;
  const std::vector<std::string> columns_;
  std::ostream& out_;
  std::vector<std::vector<std::string>> waiting_;
  std::vector<std::size_t> widths_;
  bool has_head_ = false;
  int count_ = 0;
};

/// As RFC 4180 has it. A text that a spreadsheet would take for a formula gets an apostrophe.
std::string CsvField(const std::string& text);

}  // namespace lethe::cli
