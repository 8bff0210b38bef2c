#include "cli/commands/command_tree.h"

#include <string>
#include <vector>

#include "lethe/nearest_word.h"

namespace lethe::cli {
namespace {

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

/// `--name` of each option that has one.
std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// The branches of a shell's `case` over commands, for `app`, which is called by `path`.
void AddBranches(const CLI::App& app, const std::string& path, const std::string& everywhere,
                 std::string& branches, std::string& paths) {
  std::vector<std::string> words = CommandsOf(app);
  for (std::string& option : OptionsOf(app)) words.push_back(std::move(option));
  branches += "    '" + path + "') words='" + Joined(words) + (everywhere.empty() ? "" : " ") +
              everywhere + "' ;;\n";
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string below = path.empty() ? command->get_name() : path + " " + command->get_name();
    paths += "      '" + below + "') path=$next ;;\n";
    AddBranches(*command, below, Joined(OptionsOf(app)), branches, paths);
  }
}

}  // namespace

std::string UnknownCommand(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const std::vector<std::string> known = CommandsOf(*at);
  if (known.empty()) return "";
  for (const std::string& word : app.remaining(/*recurse=*/true)) {
    if (word.starts_with("-")) continue;
    const auto meant = NearestWord(word, known);
    return "there is no command " + word +
           (meant ? "; did you mean " + *meant + "?" : "; known here: " + Joined(known));
  }
  return "";
}

std::string CompletionScript(const CLI::App& app, const std::string& shell) {
  std::string branches;
  std::string paths;
  AddBranches(app, "", "", branches, paths);
  const std::string& name = app.get_name();
  std::string script;
  if (shell == "zsh") {
    script = "#compdef " + name +
             "\nautoload -Uz compinit bashcompinit\n(( $+functions[compdef] )) || compinit\n"
             "bashcompinit\n";
  }
  return script + "_" + name + R"sh(() {
  local path='' next words word i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    next=${path:+$path }$word
    case $next in
)sh" + paths +
         R"sh(    esac
  done
  case $path in
)sh" + branches +
         R"sh(  esac
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _)sh" +
         name + ' ' + name + '\n';
}

}  // namespace lethe::cli
