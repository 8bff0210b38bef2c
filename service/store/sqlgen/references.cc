#include "store/sqlgen/references.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lethe::sqlgen {
namespace {

bool IsNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsNameChar(char c) { return IsNameStart(c) || std::isdigit(static_cast<unsigned char>(c)); }
bool IsQuote(char c) { return c == '\'' || c == '"'; }

/// Behind the closing quote of the text that begins at `at`; npos if there is none. A quote within
/// a text is doubled, which reads as two texts side by side.
std::size_t EndOfText(std::string_view sql, std::size_t at) {
  const auto closing = sql.find(sql[at], at + 1);
  return closing == std::string_view::npos ? closing : closing + 1;
}

/// The comma or the parenthesis that ends the argument that begins at `at`; npos if there is none.
std::size_t EndOfArgument(std::string_view sql, std::size_t at) {
  int depth = 0;
  while (at < sql.size()) {
    const char c = sql[at];
    if (IsQuote(c)) {
      at = EndOfText(sql, at);
      continue;
    }
    if (depth == 0 && (c == ',' || c == ')')) return at;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    ++at;
  }
  return std::string_view::npos;
}

/// Reads SQL from one reference to the next.
class Reader {
 public:
  Reader(std::string_view sql, int line, const Complain& complain)
      : sql_(sql), line_(line), complain_(complain) {}

  bool done() const { return at_ >= sql_.size(); }

  /// SQL as far as the next reference.
  std::string_view TakeSql() {
    const std::size_t begin = at_;
    while (!done() && !AtReference()) {
      if (sql_[at_] == '$') complain_(Line(at_), "a parameter is written @name, not $1");
      if (!IsQuote(sql_[at_])) {
        ++at_;
        continue;
      }
      const auto end = EndOfText(sql_, at_);
      if (end == std::string_view::npos) complain_(Line(at_), "the quote is not closed");
      at_ = std::min(end, sql_.size());
    }
    return sql_.substr(begin, at_ - begin);
  }

  /// The reference that TakeSql() stopped at.
  Reference TakeReference() {
    Reference reference{.name = {}, .column = {}, .arguments = {}, .line = Line(at_)};
    ++at_;
    reference.name = TakeNameHere();
    if (sql_.substr(at_).starts_with('(')) {
      reference.arguments = TakeArguments(reference);
    } else if (at_ + 1 < sql_.size() && sql_[at_] == '.' && IsNameStart(sql_[at_ + 1])) {
      ++at_;
      reference.column = TakeNameHere();
    }
    return reference;
  }

 private:
  bool AtReference() const {
    return sql_[at_] == '@' && at_ + 1 < sql_.size() && IsNameStart(sql_[at_ + 1]);
  }

  int Line(std::size_t at) const {
    return line_ + static_cast<int>(std::ranges::count(sql_.substr(0, at), '\n'));
  }

  std::string TakeNameHere() {
    std::string_view rest = sql_.substr(at_);
    std::string name = TakeName(rest);
    at_ += name.size();
    return name;
  }

  std::vector<Argument> TakeArguments(const Reference& reference) {
    std::vector<Argument> arguments;
    for (char last = '('; last != ')';) {
      const std::size_t begin = ++at_;
      at_ = EndOfArgument(sql_, begin);
      if (at_ >= sql_.size()) {
        complain_(reference.line, "the parenthesis of @" + reference.name + "() is not closed");
        at_ = sql_.size();
        return arguments;
      }
      last = sql_[at_];
      std::string_view text = Trim(sql_.substr(begin, at_ - begin));
      if (text.empty() && arguments.empty() && last == ')') break;
      const auto where = static_cast<std::size_t>(text.data() - sql_.data());
      std::string name = TakeName(text);
      if (name.empty() || !text.starts_with(':') || text.starts_with("::")) {
        complain_(Line(where), "an argument of @" + reference.name + "() is written `name: text`");
        continue;
      }
      text = Trim(text.substr(1));
      const int line = Line(static_cast<std::size_t>(text.data() - sql_.data()));
      arguments.push_back({std::move(name), std::string(text), line});
    }
    ++at_;
    return arguments;
  }

  const std::string_view sql_;
  const int line_;
  const Complain& complain_;
  std::size_t at_ = 0;
};

}  // namespace

std::string ReplaceReferences(std::string_view sql, int line, const Replacement& replace,
                              const Complain& complain) {
  std::string replaced;
  Reader reader(sql, line, complain);
  while (!reader.done()) {
    replaced += reader.TakeSql();
    if (!reader.done()) replaced += replace(reader.TakeReference());
  }
  return replaced;
}

std::string WithoutComments(std::string_view sql) {
  std::string plain;
  std::size_t at = 0;
  while (at < sql.size()) {
    const std::string_view rest = sql.substr(at);
    std::size_t end = at + 1;
    if (IsQuote(rest.front())) {
      end = std::min(EndOfText(sql, at), sql.size());
    } else if (rest.starts_with("--")) {
      at = std::min(sql.find('\n', at), sql.size());
      plain.erase(plain.find_last_not_of(' ') + 1);
      continue;
    } else if (rest.starts_with("/*")) {
      end = std::min(sql.find("*/", at + 2), sql.size() - 2) + 2;
      plain += ' ';
      plain.append(static_cast<std::size_t>(std::ranges::count(sql.substr(at, end - at), '\n')),
                   '\n');
      at = end;
      continue;
    }
    plain += sql.substr(at, end - at);
    at = end;
  }
  return plain;
}

std::string TakeName(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, IsNameChar);
  std::string name(text.begin(), end);
  text.remove_prefix(name.size());
  return name;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace lethe::sqlgen
