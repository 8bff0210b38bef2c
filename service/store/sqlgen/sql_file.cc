#include "store/sqlgen/sql_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>
#include <utility>

#include "store/sqlgen/types.h"

namespace lethe::sqlgen {
namespace {

bool IsNameStart(char c) { return std::islower(static_cast<unsigned char>(c)) || c == '_'; }
bool IsNameChar(char c) { return IsNameStart(c) || std::isdigit(static_cast<unsigned char>(c)); }

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string_view TakeName(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && IsNameChar(text[size])) ++size;
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

/// The comment at the head of a file, and what follows it.
struct Parts {
  std::vector<std::pair<int, std::string>> head;  ///< Line number, and the text behind `-- `.
  std::string_view body;
  int body_line;
};

Parts Divide(std::string_view text) {
  Parts parts{{}, text, 1};
  while (parts.body.starts_with("--")) {
    const auto end = std::min(parts.body.find('\n'), parts.body.size());
    std::string_view line = parts.body.substr(2, end - 2);
    if (line.starts_with(' ')) line.remove_prefix(1);
    parts.head.emplace_back(parts.body_line++, std::string(line));
    parts.body.remove_prefix(std::min(end + 1, parts.body.size()));
  }
  return parts;
}

DeclaredType TakeType(std::string_view& text) {
  DeclaredType type{std::string(TakeName(text))};
  if (text.starts_with('?')) {
    type.nullable = true;
    text.remove_prefix(1);
  }
  if (text.starts_with("[]")) {
    type.array = true;
    text.remove_prefix(2);
  }
  return type;
}

/// Replaces what stands behind an `@`, and leaves out comments. SQL's own texts are left alone.
class Expansion {
 public:
  Expansion(std::string path, const Fragments& fragments, std::vector<Problem>& problems)
      : path_(std::move(path)), fragments_(fragments), problems_(problems) {}
  virtual ~Expansion() = default;

  std::string Expand(std::string_view body, int line) {
    std::string sql;
    std::size_t at = 0;
    const auto count_lines = [&](std::string_view text) {
      line += static_cast<int>(std::ranges::count(text, '\n'));
    };
    const auto copy = [&](std::size_t end) {
      const std::string_view text = body.substr(at, end - at);
      count_lines(text);
      sql += text;
      at += text.size();
    };
    while (at < body.size()) {
      const std::string_view rest = body.substr(at);
      if (rest.starts_with("--")) {
        at = std::min(body.find('\n', at), body.size());
        while (!sql.empty() && sql.back() == ' ') sql.pop_back();
      } else if (rest.front() == '\'' || rest.front() == '"') {
        const auto end = body.find(rest.front(), at + 1);
        copy(end == std::string_view::npos ? body.size() : end + 1);
      } else if (rest.front() == '@' && rest.size() > 1 && IsNameStart(rest[1])) {
        std::string_view after = rest.substr(1);
        std::string name(TakeName(after));
        if (after.starts_with('(')) {
          const std::string_view call = Parenthesised(after);
          sql += ExpandFragment(name, call, line);
          count_lines(call);
          at = static_cast<std::size_t>(call.data() + call.size() - body.data());
          continue;
        }
        if (after.size() > 1 && after.front() == '.' && IsNameStart(after[1])) {
          after.remove_prefix(1);
          name += '.';
          name += TakeName(after);
        }
        sql += Parameter(name, line);
        at = static_cast<std::size_t>(after.data() - body.data());
      } else {
        copy(at + 1);
      }
    }
    return std::string(Trim(sql));
  }

 protected:
  virtual std::string Parameter(const std::string& name, int line) = 0;

  void Complain(int line, std::string message) {
    problems_.push_back({path_, line, std::move(message)});
  }

 private:
  /// From the opening parenthesis to its closing one.
  static std::string_view Parenthesised(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '(') ++depth;
      if (text[i] == ')' && --depth == 0) return text.substr(0, i + 1);
    }
    return text;
  }

  static std::map<std::string, std::string, std::less<>> Arguments(std::string_view call) {
    std::map<std::string, std::string, std::less<>> arguments;
    call = call.substr(1, call.size() - 2);
    while (!Trim(call).empty()) {
      int depth = 0;
      std::size_t end = 0;
      for (; end < call.size() && (call[end] != ',' || depth > 0); ++end) {
        if (call[end] == '(' || call[end] == '[') ++depth;
        if (call[end] == ')' || call[end] == ']') --depth;
      }
      std::string_view argument = Trim(call.substr(0, end));
      const std::string name(TakeName(argument));
      if (argument.starts_with(':')) argument.remove_prefix(1);
      arguments.emplace(name, Trim(argument));
      call.remove_prefix(std::min(end + 1, call.size()));
    }
    return arguments;
  }

  std::string ExpandFragment(const std::string& name, std::string_view call, int line);

  const std::string path_;
  const Fragments& fragments_;
  std::vector<Problem>& problems_;
};

/// Puts the arguments' texts in place; parameters in them are left as they are.
class ArgumentExpansion final : public Expansion {
 public:
  ArgumentExpansion(std::string path, const std::map<std::string, std::string, std::less<>>& given,
                    std::vector<Problem>& problems)
      : Expansion(std::move(path), kNone, problems), given_(given) {}

  const std::set<std::string>& used() const { return used_; }

 protected:
  std::string Parameter(const std::string& name, int line) override {
    used_.insert(name);
    const auto found = given_.find(name);
    if (found != given_.end()) return found->second;
    Complain(line, "the fragment declares no argument @" + name);
    return {};
  }

 private:
  static inline const Fragments kNone;
  const std::map<std::string, std::string, std::less<>>& given_;
  std::set<std::string> used_;
};

std::string Expansion::ExpandFragment(const std::string& name, std::string_view call, int line) {
  const auto found = fragments_.find(name);
  if (found == fragments_.end()) {
    Complain(line, "there is no fragment @" + name + "()");
    return {};
  }
  const Fragment& fragment = found->second;
  const auto given = Arguments(call);
  for (const std::string& argument : fragment.arguments) {
    if (!given.contains(argument)) {
      Complain(line, "the fragment @" + name + "() needs the argument " + argument);
      return {};
    }
  }
  for (const auto& [argument, text] : given) {
    if (!std::ranges::count(fragment.arguments, argument)) {
      Complain(line, "the fragment @" + name + "() has no argument " + argument);
      return {};
    }
  }
  // The text may hold parameters of the statement, which came with the arguments.
  return Expand(
      ArgumentExpansion(fragment.path, given, problems_).Expand(fragment.sql, fragment.first_line),
      line);
}

/// Numbers a statement's parameters in the order of their first use.
class NumberingExpansion final : public Expansion {
 public:
  NumberingExpansion(std::string path, std::vector<sqlgen::Parameter> declared,
                     const Fragments& fragments, std::vector<Problem>& problems)
      : Expansion(std::move(path), fragments, problems), declared_(std::move(declared)) {}

  std::vector<sqlgen::Parameter> TakeUsed() {
    for (const sqlgen::Parameter& parameter : declared_) {
      const std::string name = parameter.full_name();
      if (!numbers_.contains(name)) Complain(parameter.line, "@" + name + " is not used");
    }
    return std::move(used_);
  }

 protected:
  std::string Parameter(const std::string& name, int line) override {
    auto number = numbers_.find(name);
    if (number == numbers_.end()) {
      const auto found = std::ranges::find(declared_, name, &sqlgen::Parameter::full_name);
      if (found == declared_.end()) {
        Complain(line, "@" + name + " is not declared");
        return {};
      }
      used_.push_back(*found);
      number = numbers_.emplace(name, used_.size()).first;
    }
    return '$' + std::to_string(number->second);
  }

 private:
  std::vector<sqlgen::Parameter> declared_;
  std::vector<sqlgen::Parameter> used_;
  std::map<std::string, std::size_t> numbers_;
};

class HeadParser {
 public:
  HeadParser(const std::string& path, std::vector<Problem>& problems)
      : path_(path), problems_(problems) {}

  void Parse(const Parts& parts) {
    for (const auto& [line, text] : parts.head) {
      if (text.starts_with('@')) {
        ParseParameter(std::string_view(text).substr(1), line);
      } else if (text.starts_with("> ")) {
        ParseColumn(std::string_view(text).substr(2), line);
      } else {
        doc.push_back(text);
      }
    }
    while (!doc.empty() && doc.back().empty()) doc.pop_back();
    if (doc.empty()) problems_.push_back({path_, 1, "the file does not say what it is for"});
  }

  std::vector<std::string> doc;
  std::vector<Parameter> parameters;
  std::vector<Column> columns;

 private:
  void ParseParameter(std::string_view rest, int line) {
    Parameter parameter{
        .group = {}, .name = std::string(TakeName(rest)), .type = {}, .comment = {}, .line = line};
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      parameter.group = std::exchange(parameter.name, std::string(TakeName(rest)));
    }
    parameter.type = ParseType(rest, line);
    parameter.comment = Trim(rest);
    const std::string name = parameter.full_name();
    if (std::ranges::count(parameters, name, &Parameter::full_name) > 0) {
      problems_.push_back({path_, line, "@" + name + " is declared twice"});
    }
    if (parameter.type.array && !parameter.group.empty()) {
      problems_.push_back(
          {path_, line, "@" + name + " is an array already, as a column of @" + parameter.group});
    }
    parameters.push_back(std::move(parameter));
  }

  void ParseColumn(std::string_view rest, int line) {
    rest = Trim(rest);
    Column column{.name = std::string(TakeName(rest)), .type = {}, .comment = {}, .line = line};
    column.type = ParseType(rest, line);
    column.comment = Trim(rest);
    if (std::ranges::count(columns, column.name, &Column::name) > 0) {
      problems_.push_back({path_, line, "the column " + column.name + " is declared twice"});
    }
    if (column.type.array) {
      problems_.push_back({path_, line, "the column " + column.name + " cannot be an array"});
    }
    columns.push_back(std::move(column));
  }

  DeclaredType ParseType(std::string_view& rest, int line) {
    rest = Trim(rest);
    DeclaredType type = TakeType(rest);
    if (FindType(type.word) == nullptr) {
      problems_.push_back({path_, line, "there is no type '" + type.word + "'"});
    }
    return type;
  }

  const std::string& path_;
  std::vector<Problem>& problems_;
};

std::string NameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

}  // namespace

std::optional<SqlFile> ParseStatement(std::string path, std::string_view text,
                                      const Fragments& fragments, std::vector<Problem>& problems) {
  const std::size_t problems_before = problems.size();
  const Parts parts = Divide(text);
  HeadParser head(path, problems);
  head.Parse(parts);
  NumberingExpansion expansion(path, head.parameters, fragments, problems);
  const std::string sql = expansion.Expand(parts.body, parts.body_line);
  std::vector<Parameter> used = expansion.TakeUsed();
  if (sql.empty()) problems.push_back({path, parts.body_line, "there is no statement"});
  if (problems.size() > problems_before) return std::nullopt;
  const std::string name = NameOf(path);
  return SqlFile{.path = std::move(path),
                 .name = name,
                 .doc = std::move(head.doc),
                 .parameters = std::move(used),
                 .columns = std::move(head.columns),
                 .sql = "/* " + name + " */\n" + sql};
}

std::optional<Fragment> ParseFragment(std::string path, std::string_view text,
                                      std::vector<Problem>& problems) {
  const std::size_t problems_before = problems.size();
  const Parts parts = Divide(text);
  Fragment fragment{.path = std::move(path),
                    .name = {},
                    .arguments = {},
                    .sql = std::string(Trim(parts.body)),
                    .first_line = parts.body_line};
  fragment.name = NameOf(fragment.path);
  std::map<std::string, std::string, std::less<>> declared;
  bool says_what = false;
  for (const auto& [line, words] : parts.head) {
    if (!words.starts_with('@')) {
      says_what = says_what || !words.empty();
      continue;
    }
    std::string_view rest = std::string_view(words).substr(1);
    const std::string name(TakeName(rest));
    fragment.arguments.push_back(name);
    if (!declared.emplace(name, "").second) {
      problems.push_back({fragment.path, line, "@" + name + " is declared twice"});
    }
  }
  if (!says_what) problems.push_back({fragment.path, 1, "the file does not say what it is for"});
  ArgumentExpansion arguments(fragment.path, declared, problems);
  arguments.Expand(fragment.sql, fragment.first_line);
  for (const std::string& argument : fragment.arguments) {
    if (!arguments.used().contains(argument)) {
      problems.push_back({fragment.path, 1, "@" + argument + " is not used"});
    }
  }
  if (problems.size() > problems_before) return std::nullopt;
  return fragment;
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
