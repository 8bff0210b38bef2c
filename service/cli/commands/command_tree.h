#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace lethe::cli {

/// What is wrong with a command line that names no command of `app`, where it was parsed in vain:
/// the word that is none, and the command that was meant, most likely. Empty if it is something
/// else.
std::string UnknownCommand(const CLI::App& app);

/// A script for `bash` or `zsh` that completes the commands of `app` and their options; other words
/// are completed as names of files.
std::string CompletionScript(const CLI::App& app, const std::string& shell);

}  // namespace lethe::cli
