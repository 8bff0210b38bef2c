#include "store/sqlgen/emit.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "store/sqlgen/types.h"

namespace lethe::sqlgen {
namespace {

constexpr char kFirstLine[] = "// Made by sqlgen from the room's .sql files: change those.\n\n";
constexpr char kOpen[] = "namespace lethe::store::sql {\n\n";
constexpr char kClose[] = "}  // namespace lethe::store::sql\n";

std::string CamelCase(std::string_view name) {
  std::string camel;
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    camel += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return camel;
}

std::string Optional(std::string_view type, const DeclaredType& declared) {
  return declared.nullable ? "std::optional<" + std::string(type) + ">" : std::string(type);
}

std::string ParameterType(const DeclaredType& type) {
  return Optional(FindType(type.word)->parameter, type);
}

std::string ColumnType(const DeclaredType& type) {
  return Optional(FindType(type.word)->column, type);
}

std::string Comment(const std::string& text) { return text.empty() ? "" : "  ///< " + text; }

/// The groups of a statement's parameters, each once, in order.
std::vector<std::string> GroupsOf(const SqlFile& file) {
  std::vector<std::string> groups;
  for (const Parameter& parameter : file.parameters) {
    if (!parameter.group.empty() && std::ranges::count(groups, parameter.group) == 0) {
      groups.push_back(parameter.group);
    }
  }
  return groups;
}

/// As they are declared, which is how a reader of the file expects the struct.
std::vector<Parameter> InDeclaredOrder(std::vector<Parameter> parameters) {
  std::ranges::sort(parameters, {}, &Parameter::line);
  return parameters;
}

std::string AddMethod(const DeclaredType& type) {
  if (type.word == "bytes") return type.nullable ? "AddBytesOrNull" : "AddBytes";
  if (type.word == "text_or_none") return "AddTextOrNull";
  return "Add";
}

/// The expression that libpqxx is given for a parameter.
std::string Bound(const Parameter& parameter) {
  if (!parameter.group.empty()) return parameter.group + '.' + parameter.name + "_.str()";
  if (parameter.type.array) return parameter.name + ".str()";
  if (parameter.type.word == "bytes") return "BytesToSql(" + parameter.name + ")";
  if (parameter.type.word == "text_or_none") return "NullIfEmpty(" + parameter.name + ")";
  return "ToSql(" + parameter.name + ")";
}

std::string Read(const Column& column) {
  const std::string field = "row[" + column.name + "_column]";
  if (column.type.word == "bytes" && !column.type.nullable) return "ToBytes(" + field + ")";
  if (column.type.word == "bytes") return "ToOptionalBytes(" + field + ")";
  if (column.type.word == "text_or_none") return "EmptyIfNull(" + field + ")";
  return "FromSql<" + ColumnType(column.type) + ">(" + field + ")";
}

std::string ReturnType(const SqlFile& file, std::string_view scope) {
  return file.columns.empty() ? "int" : "std::vector<" + std::string(scope) + "Row>";
}

void EmitGroup(const SqlFile& file, const std::string& group, std::ostream& out) {
  out << "  /// Rows of @" << group << ".\n"
      << "  class " << CamelCase(group) << " {\n   public:\n    struct Row {\n";
  const auto parameters = InDeclaredOrder(file.parameters);
  const auto of_group = [&](auto&& emit) {
    for (const Parameter& parameter : parameters) {
      if (parameter.group == group) emit(parameter);
    }
  };
  of_group([&](const Parameter& p) {
    out << "      " << ParameterType(p.type) << ' ' << p.name << ';' << Comment(p.comment) << '\n';
  });
  out << "    };\n\n    void Add(const Row& row) {\n      ++size_;\n";
  of_group([&](const Parameter& p) {
    out << "      " << p.name << "_." << AddMethod(p.type) << "(row." << p.name << ");\n";
  });
  out << "    }\n    int size() const { return size_; }\n    bool empty() const { return size_ == "
         "0; }\n\n"
      << "   private:\n    friend struct " << CamelCase(file.name) << ";\n";
  of_group([&](const Parameter& p) { out << "    ArrayLiteral " << p.name << "_;\n"; });
  out << "    int size_ = 0;\n  };\n\n";
}

void EmitStruct(const SqlFile& file, std::ostream& out) {
  for (const std::string& line : file.doc) {
    out << "///" << (line.empty() ? "" : " ") << line << '\n';
  }
  out << "struct " << CamelCase(file.name) << " {\n";
  for (const std::string& group : GroupsOf(file)) EmitGroup(file, group, out);
  std::set<std::string> shown;
  for (const Parameter& p : InDeclaredOrder(file.parameters)) {
    if (!p.group.empty()) {
      if (shown.insert(p.group).second) {
        out << "  " << CamelCase(p.group) << ' ' << p.group << " = {};\n";
      }
    } else if (p.type.array) {
      out << "  ArrayLiteral " << p.name << " = {};" << Comment(p.comment) << '\n';
    } else {
      out << "  " << ParameterType(p.type) << ' ' << p.name << ';' << Comment(p.comment) << '\n';
    }
  }
  if (!file.columns.empty()) {
    out << "\n  struct Row {\n";
    for (const Column& column : file.columns) {
      out << "    " << ColumnType(column.type) << ' ' << column.name << ';'
          << Comment(column.comment) << '\n';
    }
    out << "  };\n";
  }
  out << "\n  " << ReturnType(file, "") << " Run(pqxx::transaction_base& work) const;\n};\n\n";
}

void EmitRun(const SqlFile& file, std::ostream& out) {
  const std::string name = CamelCase(file.name);
  out << ReturnType(file, name + "::") << ' ' << name
      << "::Run(pqxx::transaction_base& work) const {\n"
      << "  const pqxx::result rows = work.exec_prepared(\"" << file.name << '"';
  for (const Parameter& parameter : file.parameters) out << ",\n      " << Bound(parameter);
  out << ");\n";
  if (file.columns.empty()) {
    out << "  return static_cast<int>(rows.affected_rows());\n}\n\n";
    return;
  }
  for (const Column& column : file.columns) {
    out << "  const auto " << column.name << "_column = rows.column_number(\"" << column.name
        << "\");\n";
  }
  out << "  std::vector<Row> read;\n  read.reserve(rows.size());\n  for (const auto& row : rows) "
         "{\n"
      << "    read.push_back({";
  const char* separator = "";
  for (const Column& column : file.columns) {
    out << separator << '.' << column.name << " = " << Read(column);
    separator = ",\n                    ";
  }
  out << "});\n  }\n  return read;\n}\n\n";
}

std::string RawString(std::string_view text) { return "R\"sql(" + std::string(text) + ")sql\""; }

}  // namespace

std::string EmitHeader(const std::vector<SqlFile>& files) {
  std::set<std::string_view> headers{"<optional>", "<pqxx/pqxx>", "<vector>"};
  const auto need = [&headers](const DeclaredType& type) {
    const std::string_view header = FindType(type.word)->header;
    if (!header.empty()) headers.insert(header);
  };
  for (const SqlFile& file : files) {
    for (const Parameter& parameter : file.parameters) need(parameter.type);
    for (const Column& column : file.columns) need(column.type);
  }
  std::ostringstream out;
  out << kFirstLine << "#pragma once\n\n";
  for (const std::string_view header : headers) out << "#include " << header << '\n';
  out << "#include \"store/base/values.h\"\n\n" << kOpen;
  for (const SqlFile& file : files) EmitStruct(file, out);
  out << kClose;
  return out.str();
}

std::string EmitSource(const std::vector<SqlFile>& files, std::string_view header) {
  std::ostringstream out;
  out << kFirstLine << "#include \"" << header << "\"\n\n" << kOpen;
  for (const SqlFile& file : files) EmitRun(file, out);
  out << kClose;
  return out.str();
}

std::string EmitRegistry(const std::vector<SqlFile>& files) {
  std::ostringstream out;
  out << kFirstLine << "#include <array>\n\n#include \"store/base/statement.h\"\n\n"
      << "namespace lethe::store {\nnamespace {\n\n";
  for (const SqlFile& file : files) {
    const std::string name = CamelCase(file.name);
    if (!file.parameters.empty()) {
      out << "constexpr std::string_view kParametersOf" << name << "[] = {";
      for (const Parameter& p : file.parameters) out << "\n    \"" << p.full_name() << "\",";
      out << "\n};\n";
    }
    if (file.columns.empty()) continue;
    out << "constexpr StatementColumn kColumnsOf" << name << "[] = {";
    for (const Column& column : file.columns) {
      out << "\n    {\"" << column.name << "\", \"" << FindType(column.type.word)->postgres
          << "\"},";
    }
    out << "\n};\n";
  }
  out << "\nconstexpr std::array kStatements{\n";
  for (const SqlFile& file : files) {
    const std::string name = CamelCase(file.name);
    out << "    Statement{\"" << file.name << "\", " << RawString(file.sql) << ", "
        << (file.parameters.empty() ? "{}" : "kParametersOf" + name) << ", "
        << (file.columns.empty() ? "{}" : "kColumnsOf" + name) << "},\n";
  }
  out << "};\n\n}  // namespace\n\n"
      << "std::span<const Statement> AllStatements() { return kStatements; }\n\n"
      << "}  // namespace lethe::store\n";
  return out.str();
}

}  // namespace lethe::sqlgen
