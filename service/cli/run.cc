#include "cli/run.h"

#include <google/protobuf/util/time_util.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/client/client.h"
#include "cli/client/connection.h"
#include "cli/commands/access_commands.h"
#include "cli/commands/command.h"
#include "cli/commands/command_tree.h"
#include "cli/commands/operator_commands.h"
#include "cli/commands/recovery_commands.h"
#include "cli/commands/watch.h"
#include "cli/control/change_commands.h"
#include "cli/control/follow_up_commands.h"
#include "cli/control/pause_commands.h"
#include "cli/identifiers/identifier_file.h"
#include "cli/identifiers/identifiers.h"
#include "cli/output/print.h"
#include "cli/reading/list_command.h"
#include "cli/reading/subject_commands.h"
#include "cli/reading/summary_commands.h"

namespace lethe::cli {
namespace {

constexpr char kFooter[] = R"(
Identifiers on the command line end up in the shell's history and in the list of processes:
prefer --identities-file (and its sisters) with a file, or with - for the standard input. One
identifier on a line, in UTF-8; one with a comma or a semicolon in it in quotation marks.

Exit codes: 0 done; 1 refused, or a watched request did not complete; 2 usage; 3 unavailable:
try again, with the same key.)";

constexpr char kHealthFooter[] = R"(
Exit codes: 0 it is serving; 1 it is not, or refuses to tell; 2 usage; 3 no answer.)";

constexpr char kCompletionFooter[] = R"(
For this shell:    source <(lethe completion bash)
For every bash:    lethe completion bash > ~/.local/share/bash-completion/completions/lethe
For every zsh:     lethe completion zsh > DIRECTORY/_lethe    where DIRECTORY is one of $fpath)";

struct CreateOptions {
  std::string account;
  std::string operation;
  AllIdentifiers identifiers;
  std::string key;
  std::string submit_time;
  std::string due_time;
  bool header = false;
  bool validate_only = false;
  bool check_with_vendor = false;
};

struct Options {
  ConnectionOptions connection;
  Global global;
  CreateOptions create;
  std::string name;
  std::vector<std::string> names;
  double interval_seconds = 1;
  std::string shell;
};

/// The commands; each is what `lethe` was asked for or not.
struct Commands {
  CLI::App* create;
  CLI::App* get;
  CLI::App* items;
  CLI::App* watch;
  CLI::App* health;
  CLI::App* completion;
};

void AddIdentifiers(CLI::App& command, const std::string& one, const std::string& many,
                    IdentifierArguments& arguments) {
  // CLI11 takes the brackets off `[4711]` where an option takes several words.
  command.add_option("--" + one, arguments.values, "May be given again; better in a file")
      ->allow_extra_args(false);
  command
      .add_option("--" + many + "-file", arguments.file, "One per line, UTF-8; - reads from stdin")
      ->type_name("FILE");
}

CLI::App* AddCreate(CLI::App& app, CreateOptions& options) {
  CLI::App* command = app.add_subcommand("create", "Hand over a request");
  command->footer(kFooter);
  command->add_option("--account", options.account)->required();
  command->add_option("--operation", options.operation)
      ->required()
      ->check(CLI::IsMember({"erasure", "demerge", "disassociation"}));
  AddIdentifiers(*command, "identity", "identities", options.identifiers.identities);
  AddIdentifiers(*command, "guid", "guids", options.identifiers.guids);
  AddIdentifiers(*command, "phone", "phones", options.identifiers.phones);
  command->add_flag("--header", options.header, "The first line of each file is a header: skip it");
  command
      ->add_option("--key", options.key,
                   "Idempotency key: repeating the command with the same one is safe")
      ->required();
  command->add_option("--submit-time", options.submit_time,
                      "When the person asked: 2026-03-02T10:00:00Z");
  command->add_option("--due-time", options.due_time, "When it must be done");
  CLI::Option* const validate_only = command->add_flag("--validate-only", options.validate_only,
                                                       "Only say whether it would be accepted");
  command
      ->add_flag("--check-with-vendor", options.check_with_vendor,
                 "Ask CleverTap too, by a dry run (disassociation)")
      ->needs(validate_only);
  return command;
}

Commands AddCommands(CLI::App& app, Options& options) {
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", "lethe " LETHE_VERSION);
  app.footer(kFooter);
  AddConnectionOptions(app, options.connection);
  app.add_flag("--json", options.global.json, "Print the answer as JSON");

  const std::string name_help = "accounts/{account}/privacyRequests/{id}";
  Commands commands{};
  commands.create = AddCreate(app, options.create);
  commands.get = app.add_subcommand("get", "Show a request");
  commands.get->add_option("name", options.name, name_help)->required();
  commands.items = app.add_subcommand("items", "Show the items of a request");
  commands.items->add_option("name", options.name, name_help)->required();
  commands.watch = app.add_subcommand("watch", "Follow requests until they need nothing more");
  commands.watch->add_option("names", options.names, name_help)->required();
  commands.watch->add_option("--interval", options.interval_seconds, "Seconds between two looks")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 3600.0));
  commands.health = app.add_subcommand("health", "Ask whether the server is serving");
  commands.health->footer(kHealthFooter);
  commands.completion =
      app.add_subcommand("completion", "Print a script that completes commands in a shell");
  commands.completion->footer(kCompletionFooter);
  commands.completion->add_option("shell", options.shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  return commands;
}

int Usage(const Streams& streams, const std::string& what) {
  streams.err << "lethe: " << what << '\n';
  return kUsage;
}

void Print(const Streams& streams, bool json, const v1::PrivacyRequest& request) {
  if (json) {
    streams.out << Json(request);
  } else {
    streams.out << (request.name().empty() ? "acceptable:" : request.name()) << ' ' << Line(request)
                << '\n';
  }
}

bool ParseTime(const std::string& text, google::protobuf::Timestamp* time) {
  return google::protobuf::util::TimeUtil::FromString(text, time);
}

int Create(Client& client, Options& options, const Streams& streams) {
  CreateOptions& create = options.create;
  for (auto* arguments :
       {&create.identifiers.identities, &create.identifiers.guids, &create.identifiers.phones}) {
    if (const auto wrong = ReadFile(*arguments, create.header, streams.in)) {
      return Usage(streams, *wrong);
    }
    if (!arguments->skipped_header.empty()) {
      streams.err << "lethe: " << arguments->skipped_header << '\n';
    }
  }
  v1::CreatePrivacyRequestRequest request;
  request.set_parent("accounts/" + create.account);
  request.set_idempotency_key(create.key);
  request.set_validate_only(create.validate_only);
  request.set_check_with_vendor(create.check_with_vendor);
  if (const auto wrong = SetOperation(create.operation, create.identifiers, request)) {
    return Usage(streams, *wrong);
  }
  if (!create.submit_time.empty() &&
      !ParseTime(create.submit_time, request.mutable_submit_time())) {
    return Usage(streams, "--submit-time is not like 2026-03-02T10:00:00Z");
  }
  if (!create.due_time.empty() && !ParseTime(create.due_time, request.mutable_due_time())) {
    return Usage(streams, "--due-time is not like 2026-03-02T10:00:00Z");
  }
  v1::PrivacyRequest response;
  const grpc::Status status = client.Create(request, &response);
  if (!status.ok()) {
    streams.err << "lethe: " << Describe(status, [&create](const std::string& field) {
      return WhereIs(field, create.identifiers);
    });
    return ExitCodeOf(status);
  }
  Print(streams, options.global.json, response);
  const v1::VendorCheck& check = response.vendor_check();
  if (response.has_vendor_check() && !options.global.json) streams.out << Lines(check);
  return check.refused() || check.faults_size() > 0 ? kFailed : kOk;
}

int Get(Client& client, const Options& options, const Streams& streams) {
  v1::PrivacyRequest response;
  const grpc::Status status = client.Get(options.name, &response);
  if (!status.ok()) return Fail(streams, status);
  Print(streams, options.global.json, response);
  return kOk;
}

int Items(Client& client, const Options& options, const Streams& streams) {
  v1::ListPrivacyRequestItemsResponse response;
  const grpc::Status status = client.ListItems(options.name, &response);
  if (!status.ok()) return Fail(streams, status);
  if (options.global.json) {
    streams.out << Json(response);
  } else {
    for (const auto& item : response.items()) streams.out << Line(item) << '\n';
  }
  return kOk;
}

int Health(Client& client, const Options& options, const Streams& streams) {
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = client.Health(&response);
  if (!status.ok()) return Fail(streams, status);
  const bool serving = response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  if (options.global.json) {
    streams.out << Json(response);
  } else {
    streams.out << (serving ? "serving\n" : "not serving\n");
  }
  return serving ? kOk : kFailed;
}

}  // namespace

int Run(int argc, const char* const* argv, const Streams& streams) {
  CLI::App app(
      "Hands privacy requests to Lethe, tells what became of them, and decides what needs a "
      "person.",
      "lethe");
  Options options;
  const Commands commands = AddCommands(app, options);
  std::vector<Command> operator_commands = AddOperatorCommands(app);
  for (Command& command : AddAccessCommands(app)) operator_commands.push_back(std::move(command));
  for (Command& command : AddChangeCommands(app)) operator_commands.push_back(std::move(command));
  for (Command& command : AddListCommands(app)) operator_commands.push_back(std::move(command));
  for (Command& command : AddSummaryCommands(app)) operator_commands.push_back(std::move(command));
  for (Command& command : AddSubjectCommands(app)) operator_commands.push_back(std::move(command));
  for (Command& command : AddFollowUpCommands(app)) operator_commands.push_back(std::move(command));
  for (Command& command : AddPauseCommands(app)) operator_commands.push_back(std::move(command));
  for (Command& command : AddRecoveryCommands(app)) operator_commands.push_back(std::move(command));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      if (const std::string unknown = UnknownCommand(app); !unknown.empty()) {
        return Usage(streams, unknown);
      }
    }
    return app.exit(error, streams.out, streams.err) == 0 ? kOk : kUsage;
  }
  if (*commands.completion) {
    streams.out << CompletionScript(app, options.shell);
    return kOk;
  }
  if (const auto wrong = Resolve(options.connection, options.global.connection)) {
    return Usage(streams, *wrong);
  }
  for (const Command& command : operator_commands) {
    if (*command.app) return command.run(options.global, streams);
  }
  Client client(options.global.connection);
  if (*commands.create) return Create(client, options, streams);
  if (*commands.get) return Get(client, options, streams);
  if (*commands.items) return Items(client, options, streams);
  if (*commands.watch) {
    const auto interval = std::chrono::duration<double>(options.interval_seconds);
    return Watch(client,
                 {.names = options.names,
                  .interval = std::chrono::duration_cast<std::chrono::milliseconds>(interval)},
                 streams);
  }
  return Health(client, options, streams);
}

}  // namespace lethe::cli
