#include "cli/identifiers/identifier_file.h"

#include <algorithm>
#include <fstream>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/identifiers/column_name.h"
#include "cli/identifiers/identifier_line.h"

namespace lethe::cli {
namespace {

constexpr const char* kGiveOnCommandLine = ". If it is an identifier, give it on the command line";

struct Line {
  int number;
  std::string text;
};

bool IsUtf16(std::string_view start) {
  return start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF");
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t") == line.npos; }

/// What no line of text in UTF-8 has; empty: nothing.
std::string EncodingFault(const Line& line) {
  if (line.number == 1 && IsUtf16(line.text)) {
    return "is UTF-16: save the file as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 FILE";
  }
  if (line.text.find('\0') != line.text.npos) {
    return "has a zero byte: the file is no text, or it is UTF-16. Save it as text in UTF-8";
  }
  if (!IsUtf8(line.text)) {
    return "is not UTF-8: save the file as UTF-8, or convert it, for example: iconv -f "
           "WINDOWS-1252 "
           "-t UTF-8 FILE";
  }
  return {};
}

/// Unlike all others, which are enough for that to be no chance, it has no digit and no `@`.
bool IsUnlike(const Line& first, std::span<const Line> others) {
  constexpr std::size_t kEnough = 3;
  const auto has_mark = [](const Line& line) {
    return line.text.find_first_of("0123456789@") != line.text.npos;
  };
  return others.size() >= kEnough && !has_mark(first) && std::ranges::all_of(others, has_mark);
}

class FileReader {
 public:
  FileReader(std::string name, IdentifierArguments& arguments)
      : name_(std::move(name)), arguments_(arguments) {}

  std::optional<std::string> Read(std::istream& stream, bool skip_header) {
    if (auto wrong = ReadLines(stream)) return wrong;
    if (lines_.empty()) return std::nullopt;
    if (auto wrong = JudgeFirst(skip_header)) return wrong;
    return ReadIdentifiers(std::span<const Line>(lines_).subspan(skip_header ? 1 : 0));
  }

 private:
  std::string Where(const Line& line) const {
    return name_ + " line " + std::to_string(line.number) + ' ';
  }

  std::optional<std::string> ReadLines(std::istream& stream) {
    int number = 0;
    for (std::string text; std::getline(stream, text);) {
      Line line{++number, std::move(text)};
      if (number == 1 && line.text.starts_with(kByteOrderMark)) {
        line.text.erase(0, kByteOrderMark.size());
      }
      if (line.text.ends_with('\r')) line.text.pop_back();
      if (IsBlank(line.text)) continue;
      if (const std::string fault = EncodingFault(line); !fault.empty()) return Where(line) + fault;
      lines_.push_back(std::move(line));
    }
    if (stream.bad()) return "cannot read " + name_;
    return std::nullopt;
  }

  std::optional<std::string> JudgeFirst(bool skip_header) {
    const Line& first = lines_.front();
    const std::string column = ColumnNameIn(first.text);
    const bool is_unlike = IsUnlike(first, std::span<const Line>(lines_).subspan(1));
    const bool is_header = !column.empty() || is_unlike;
    if (is_header && !skip_header) {
      return Where(first) + "looks like a header: --header skips it" + kGiveOnCommandLine;
    }
    if (!is_header && skip_header) {
      return Where(first) + "does not look like a header, and --header would leave out whom it " +
             "names. If it is a header, delete the line; without --header it is an identifier";
    }
    if (is_header) {
      arguments_.skipped_header =
          Where(first) + "is skipped as a header: " +
          (column.empty() ? "unlike all others it has no digit and no @" : column);
    }
    return std::nullopt;
  }

  std::optional<std::string> ReadIdentifiers(std::span<const Line> lines) {
    std::string wrong;
    int more = 0;
    for (const Line& line : lines) {
      IdentifierLine read = ReadLine(line.text);
      if (read.wrong.empty()) {
        arguments_.values.push_back(std::move(read.identifier));
        arguments_.lines.push_back(line.number);
      } else if (wrong.empty()) {
        wrong = Where(line) + std::string(read.wrong);
      } else {
        ++more;
      }
    }
    if (wrong.empty()) return std::nullopt;
    if (more == 1) wrong += " (1 more line is wrong)";
    if (more > 1) wrong += " (" + std::to_string(more) + " more lines are wrong)";
    return wrong;
  }

  const std::string name_;
  IdentifierArguments& arguments_;
  std::vector<Line> lines_;  ///< Those that are not blank.
};

}  // namespace

std::optional<std::string> ReadFile(IdentifierArguments& arguments, bool skip_header,
                                    std::istream& standard_input) {
  if (arguments.file.empty()) return std::nullopt;
  const bool is_standard_input = arguments.file == "-";
  const std::string name = is_standard_input ? "the standard input" : arguments.file;
  std::ifstream file;
  if (!is_standard_input) file.open(arguments.file);
  std::istream& stream = is_standard_input ? standard_input : file;
  if (!stream) return "cannot read " + name;
  arguments.lines.assign(arguments.values.size(), 0);
  return FileReader(name, arguments).Read(stream, skip_header);
}

}  // namespace lethe::cli
