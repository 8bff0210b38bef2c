#include "store/sqlgen/sql_file.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "store/sqlgen/references.h"
#include "store/sqlgen/types.h"

namespace lethe::sqlgen {
namespace {

/// The comment at the head of a file, and the SQL that follows it.
struct Parts {
  std::vector<std::pair<int, std::string>> head;  ///< Line number, and the text behind `-- `.
  std::string sql;                                ///< Without comments.
  int sql_line;                                   ///< Where it begins.
};

Parts Divide(std::string_view text) {
  Parts parts{.head = {}, .sql = {}, .sql_line = 1};
  while (text.starts_with("--")) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(2, end - 2);
    if (line.starts_with(' ')) line.remove_prefix(1);
    parts.head.emplace_back(parts.sql_line++, std::string(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const std::string plain = WithoutComments(text);
  const std::string_view sql = Trim(plain);
  const auto blank = std::string_view{plain}.substr(0, sql.data() - plain.data());
  if (!sql.empty()) parts.sql_line += static_cast<int>(std::ranges::count(blank, '\n'));
  parts.sql = sql;
  return parts;
}

std::string NameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

/// Reads one file, and keeps what is wrong with it.
class FileParser {
 public:
  FileParser(const std::string& path, std::vector<Problem>& problems)
      : path_(path), problems_(problems), problems_before_(problems.size()) {
    const std::string name = NameOf(path);
    std::string_view rest = name;
    if (TakeName(rest).empty() || !rest.empty()) {
      Complain(1, "the file's name is made of letters, digits and _");
    }
  }

 protected:
  void Complain(int line, std::string message) {
    problems_.push_back({path_, line, std::move(message)});
  }
  std::string Replace(std::string_view sql, int line, const Replacement& replacement) {
    return ReplaceReferences(sql, line, replacement, [this](int where, std::string message) {
      Complain(where, std::move(message));
    });
  }
  void ExpectDoc(const std::vector<std::string>& doc) {
    if (doc.empty()) Complain(1, "the file does not say what it is for");
  }
  bool failed() const { return problems_.size() > problems_before_; }

 private:
  const std::string& path_;
  std::vector<Problem>& problems_;
  const std::size_t problems_before_;
};

class StatementParser : public FileParser {
 public:
  StatementParser(const std::string& path, const Fragments& fragments,
                  std::vector<Problem>& problems)
      : FileParser(path, problems), path_(path), fragments_(fragments) {}

  std::optional<SqlFile> Parse(std::string_view text) {
    const Parts parts = Divide(text);
    ParseHead(parts);
    if (parts.sql.empty()) Complain(parts.sql_line, "there is no statement");
    const std::string expanded = Expand(parts.sql, parts.sql_line);
    for (const Parameter& parameter : parameters_) {
      const std::string name = parameter.full_name();
      if (!used_.contains(name)) Complain(parameter.line, '@' + name + " is not used");
    }
    if (failed()) return std::nullopt;

    const std::string name = NameOf(path_);
    SqlFile file{.path = path_,
                 .name = name,
                 .doc = std::move(doc_),
                 .parameters = {},
                 .columns = std::move(columns_),
                 .sql = "/* " + name + " */\n"};
    file.sql += Number(expanded, file.parameters);
    return file;
  }

 private:
  void ParseHead(const Parts& parts) {
    std::string* comment = nullptr;  // of the declaration that a line may go on with
    for (const auto& [line, text] : parts.head) {
      if (text.starts_with('@')) {
        comment = &ParseParameter(std::string_view{text}.substr(1), line);
      } else if (text.starts_with("> ")) {
        comment = &ParseColumn(std::string_view{text}.substr(2), line);
      } else if (comment && text.starts_with(' ')) {
        *comment += (comment->empty() ? "" : " ") + std::string(Trim(text));
      } else {
        comment = nullptr;
        doc_.push_back(text);
      }
    }
    while (!doc_.empty() && doc_.back().empty()) doc_.pop_back();
    ExpectDoc(doc_);
  }

  std::string& ParseParameter(std::string_view rest, int line) {
    Parameter parameter{
        .group = {}, .name = TakeName(rest), .type = {}, .comment = {}, .line = line};
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      parameter.group = std::exchange(parameter.name, TakeName(rest));
    }
    parameter.type = TakeType(rest, line);
    parameter.comment = Trim(rest);
    const std::string name = parameter.full_name();
    if (std::ranges::count(parameters_, name, &Parameter::full_name) > 0) {
      Complain(line, '@' + name + " is declared twice");
    }
    if (parameter.type.array && !parameter.group.empty()) {
      Complain(line, '@' + name + " is an array already, as a column of @" + parameter.group);
    }
    return parameters_.emplace_back(std::move(parameter)).comment;
  }

  std::string& ParseColumn(std::string_view rest, int line) {
    rest = Trim(rest);
    Column column{.name = TakeName(rest), .type = {}, .comment = {}, .line = line};
    column.type = TakeType(rest, line);
    column.comment = Trim(rest);
    if (std::ranges::count(columns_, column.name, &Column::name) > 0) {
      Complain(line, "the column " + column.name + " is declared twice");
    }
    if (column.type.array) Complain(line, "the column " + column.name + " cannot be an array");
    return columns_.emplace_back(std::move(column)).comment;
  }

  DeclaredType TakeType(std::string_view& rest, int line) {
    rest = Trim(rest);
    DeclaredType type{.word = TakeName(rest)};
    if (rest.starts_with('?')) {
      type.nullable = true;
      rest.remove_prefix(1);
    }
    if (rest.starts_with("[]")) {
      type.array = true;
      rest.remove_prefix(2);
    }
    if (FindType(type.word) == nullptr) Complain(line, "there is no type '" + type.word + "'");
    return type;
  }

  static std::string FullName(const Reference& parameter) {
    return parameter.column.empty() ? parameter.name : parameter.name + '.' + parameter.column;
  }

  /// Puts fragments in place, and leaves parameters as they are.
  std::string Expand(std::string_view sql, int line) {
    return Replace(sql, line, [this](const Reference& reference) {
      if (reference.arguments) return ExpandFragment(reference);
      const std::string name = FullName(reference);
      if (std::ranges::count(parameters_, name, &Parameter::full_name) == 0) {
        Complain(reference.line, '@' + name + " is not declared");
      }
      used_.insert(name);
      return '@' + name;
    });
  }

  std::string ExpandFragment(const Reference& call) {
    const std::string what = "the fragment @" + call.name + "()";
    std::map<std::string, std::string, std::less<>> given;
    for (const Argument& argument : *call.arguments) {
      if (!given.emplace(argument.name, Expand(argument.text, argument.line)).second) {
        Complain(argument.line, what + " is given the argument " + argument.name + " twice");
      }
    }
    const auto found = fragments_.find(call.name);
    if (found == fragments_.end()) {
      Complain(call.line, "there is no fragment @" + call.name + "()");
      return {};
    }
    const Fragment& fragment = found->second;
    for (const std::string& name : fragment.arguments) {
      if (given.contains(name)) continue;
      Complain(call.line, std::string(what).append(" needs the argument ").append(name));
    }
    for (const Argument& argument : *call.arguments) {
      if (std::ranges::count(fragment.arguments, argument.name) == 0) {
        Complain(argument.line, what + " has no argument " + argument.name);
      }
    }
    return Replace(fragment.sql, 1, [&given](const Reference& reference) -> std::string {
      const std::string& text = given[reference.name];
      return reference.column.empty() ? text : text + '.' + reference.column;
    });
  }

  /// Puts numbers in place of parameters, in the order of their first use.
  std::string Number(std::string_view sql, std::vector<Parameter>& numbered) {
    return Replace(sql, 1, [&](const Reference& reference) {
      const std::string name = FullName(reference);
      auto place = std::ranges::find(numbered, name, &Parameter::full_name);
      if (place == numbered.end()) {
        place =
            numbered.insert(place, *std::ranges::find(parameters_, name, &Parameter::full_name));
      }
      return '$' + std::to_string(place - numbered.begin() + 1);
    });
  }

  const std::string& path_;
  const Fragments& fragments_;
  std::vector<std::string> doc_;
  std::vector<Parameter> parameters_;
  std::vector<Column> columns_;
  std::set<std::string> used_;
};

class FragmentParser : public FileParser {
 public:
  FragmentParser(const std::string& path, std::vector<Problem>& problems)
      : FileParser(path, problems), path_(path) {}

  std::optional<Fragment> Parse(std::string_view text) {
    Parts parts = Divide(text);
    std::vector<std::string> doc, arguments;
    std::vector<int> lines;
    for (const auto& [line, words] : parts.head) {
      if (!words.starts_with('@')) {
        if (!words.empty()) doc.push_back(words);
        continue;
      }
      std::string_view rest = std::string_view{words}.substr(1);
      std::string name = TakeName(rest);
      if (std::ranges::count(arguments, name) > 0) {
        Complain(line, '@' + name + " is declared twice");
      }
      arguments.push_back(std::move(name));
      lines.push_back(line);
    }
    ExpectDoc(doc);
    if (parts.sql.empty()) Complain(parts.sql_line, "there is no text");

    std::set<std::string> used;
    Replace(parts.sql, parts.sql_line, [&](const Reference& reference) {
      if (reference.arguments) {
        Complain(reference.line, "a fragment cannot use another, as @" + reference.name + "()");
      } else if (std::ranges::count(arguments, reference.name) == 0) {
        Complain(reference.line, "the fragment declares no argument @" + reference.name);
      }
      used.insert(reference.name);
      return std::string();
    });
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!used.contains(arguments[i])) Complain(lines[i], '@' + arguments[i] + " is not used");
    }
    if (failed()) return std::nullopt;
    return Fragment{.path = path_,
                    .name = NameOf(path_),
                    .arguments = std::move(arguments),
                    .sql = std::move(parts.sql)};
  }

 private:
  const std::string& path_;
};

}  // namespace

std::optional<SqlFile> ParseStatement(const std::string& path, std::string_view text,
                                      const Fragments& fragments, std::vector<Problem>& problems) {
  return StatementParser(path, fragments, problems).Parse(text);
}

std::optional<Fragment> ParseFragment(const std::string& path, std::string_view text,
                                      std::vector<Problem>& problems) {
  return FragmentParser(path, problems).Parse(text);
}

void AddFragment(Fragment fragment, Fragments& fragments, std::vector<Problem>& problems) {
  const auto [first, added] = fragments.try_emplace(fragment.name, fragment);
  if (!added) {
    problems.push_back(
        {fragment.path, 1, "the name " + fragment.name + " is taken by " + first->second.path});
  }
}

void FindDuplicates(const std::vector<SqlFile>& files, std::vector<Problem>& problems) {
  std::map<std::string, const SqlFile*, std::less<>> by_name;
  for (const SqlFile& file : files) {
    const auto [first, added] = by_name.emplace(file.name, &file);
    if (!added) {
      problems.push_back(
          {file.path, 1, "the name " + file.name + " is taken by " + first->second->path});
    }
  }
}

}  // namespace lethe::sqlgen
