#include "cli/control/change_commands.h"

#include <initializer_list>
#include <istream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/client/client.h"
#include "cli/client/operator_client.h"
#include "cli/commands/ordinals.h"
#include "cli/output/confirm.h"
#include "cli/output/print.h"

namespace lethe::cli {
namespace {

constexpr char kCancelFooter[] = R"(
Takes back what CleverTap does not have yet: it is never sent. That is final. What is in a call can
be cancelled once the call has ended without effect: repeat the command. Only requests of your own;
an operator says --operator for those of others. The reason is kept for good: no personal data in it.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, not confirmed, or some items could not be cancelled; 2 usage;
3 unavailable: repeat it.)";

constexpr char kHoldFooter[] = R"(
What CleverTap does not have yet is not sent until `lethe release`, nor sent again. The clock of the
law runs on: the due time stays as it is. Later operations on the same identifier wait as well. The
reason is kept for good: no personal data in it.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, not confirmed, or some items could not be held; 2 usage;
3 unavailable: repeat it.)";

constexpr char kReleaseFooter[] = R"(
What is on hold may be sent. It waits from now on, as if it had just come; but where nothing tells
what an earlier call did, the time of that call counts. The reason is kept for good: no personal data
in it.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, or not confirmed; 2 usage; 3 unavailable: repeat it.)";

/// What the commands are given.
struct ChangeOptions {
  std::string name;
  std::vector<int> ordinals;
  std::string reason;
  bool as_operator = false;
  bool yes = false;
};

/// One of the commands: what it asks for, and how its effect is called.
struct ChangeWords {
  v1::RequestChange change;
  const char* changed;
  const char* changed_before;
};

ChangeWords WordsOf(v1::RequestChange change) {
  switch (change) {
    case v1::REQUEST_CHANGE_CANCEL: return {change, "cancelled", "cancelled before"};
    case v1::REQUEST_CHANGE_HOLD: return {change, "held", "held before"};
    default: return {change, "released", "not on hold"};
  }
}

template <typename Request>
Request MessageOf(const ChangeOptions& options, bool only_preview) {
  Request request;
  request.set_name(options.name);
  request.mutable_ordinals()->Assign(options.ordinals.begin(), options.ordinals.end());
  request.set_reason(options.reason);
  request.set_validate_only(only_preview);
  return request;
}

grpc::Status Ask(const ChangeOptions& options, const Global& global, v1::RequestChange change,
                 bool only_preview, v1::PrivacyRequestChange* response) {
  if (change == v1::REQUEST_CHANGE_CANCEL && !options.as_operator) {
    return Client(global.connection)
        .Cancel(MessageOf<v1::CancelPrivacyRequestRequest>(options, only_preview), response);
  }
  auto request = MessageOf<v1::ChangePrivacyRequestRequest>(options, only_preview);
  request.set_change(change);
  return OperatorClient(global.connection).ChangePrivacyRequest(request, response);
}

/// `3 cancelled, 1 being sent`
std::string CountsLine(const v1::PrivacyRequestChange::Counts& counts, const ChangeWords& words) {
  std::string line = std::to_string(counts.changed()) + ' ' + words.changed;
  for (const auto& [count, what] : std::initializer_list<std::pair<int, const char*>>{
           {counts.changed_before(), words.changed_before},
           {counts.being_sent(), "being sent"},
           {counts.irreversible(), "irreversible"},
           {counts.in_review(), "in review"},
           {counts.final(), "final"}}) {
    if (count > 0) line += ", " + std::to_string(count) + ' ' + what;
  }
  return line;
}

int ExitCode(const v1::PrivacyRequestChange::Counts& counts, v1::RequestChange change) {
  if (change == v1::REQUEST_CHANGE_RELEASE) return kOk;
  return counts.being_sent() + counts.irreversible() + counts.in_review() > 0 ? kFailed : kOk;
}

int Change(const ChangeOptions& options, const Global& global, const Streams& streams,
           v1::RequestChange change) {
  const ChangeWords words = WordsOf(change);
  const auto preview = [&](std::ostream& out) {
    v1::PrivacyRequestChange response;
    grpc::Status status = Ask(options, global, change, true, &response);
    if (!status.ok()) return status;
    out << options.name << ' ' << Line(response.privacy_request())
        << "\nThis leaves: " << CountsLine(response.counts(), words) << '\n';
    return status;
  };
  if (const auto stop = Confirm(streams, options.yes, preview)) return *stop;
  v1::PrivacyRequestChange response;
  const grpc::Status status = Ask(options, global, change, false, &response);
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
  } else {
    streams.out << options.name << ": " << CountsLine(response.counts(), words) << '\n';
  }
  return ExitCode(response.counts(), change);
}

Command AddChange(CLI::App& app, v1::RequestChange change, const char* name, const char* what,
                  const char* footer) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = app.add_subcommand(name, what);
  command->footer(footer);
  command->add_option("name", options->name, "accounts/{account}/privacyRequests/{id}")->required();
  command->add_option("--ordinals", options->ordinals, "Only these items: 0,3,4; else all")
      ->delimiter(',')
      ->check(PlainOrdinal());
  command->add_option("--reason", options->reason, "Why")->required();
  if (change == v1::REQUEST_CHANGE_CANCEL) {
    command->add_flag("--operator", options->as_operator, "As an operator: whoever handed it over");
  }
  command->add_flag("--yes", options->yes, "Do not ask");
  return {command, [options, change](const Global& global, const Streams& streams) {
            return Change(*options, global, streams, change);
          }};
}

// ---- A person, whichever request is about them.

constexpr char kPersonFooter[] = R"(
The identifier, exactly as requests have it, is the first line of the standard input; on a terminal
the command asks for it. It is no argument, because those end up in the shell's history and in the
list of processes. While a person is on hold, Lethe sends the account nothing that names them by this
identifier: no request that waits and no later one. The clock of the law runs on. What is in a call
goes its way: repeat the command to see what became of it. The reason is kept for good: no personal
data in it.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, not confirmed, or something of the person is in a call or was accepted;
2 usage; 3 unavailable: repeat it.)";

struct SubjectOptions {
  std::vector<std::string> accounts;
  std::string reason;
  bool yes = false;
};

/// Those that were named; else all that the operator sees.
grpc::Status FindAccounts(OperatorClient& client, const SubjectOptions& options,
                          std::vector<std::string>* parents) {
  for (const std::string& account : options.accounts) parents->push_back("accounts/" + account);
  if (!parents->empty()) return grpc::Status::OK;
  v1::ListAccountsResponse response;
  grpc::Status status = client.ListAccounts(&response);
  for (const v1::Account& account : response.accounts()) parents->push_back(account.name());
  return status;
}

std::string Describe(const v1::SubjectHoldChange& change, bool holds) {
  const char* const changed = holds ? "on hold" : "released";
  const char* const before = holds ? "on hold before" : "not on hold";
  std::string line = change.changed() ? changed : before;
  if (change.waiting() > 0) line += "; " + std::to_string(change.waiting()) + " waiting";
  if (change.being_sent() > 0) line += "; " + std::to_string(change.being_sent()) + " being sent";
  if (change.accepted() > 0) line += "; " + std::to_string(change.accepted()) + " accepted";
  return line;
}

int ChangeHold(const SubjectOptions& options, const Global& global, const Streams& streams,
               bool holds) {
  if (streams.interactive) streams.err << "Identifier: " << std::flush;
  std::string identifier;
  if (!std::getline(streams.in, identifier) || identifier.empty()) {
    streams.err << "lethe: there is no identifier on the standard input\n";
    return kUsage;
  }
  OperatorClient client(global.connection);
  std::vector<std::string> parents;
  if (const grpc::Status status = FindAccounts(client, options, &parents); !status.ok()) {
    return Fail(streams, status);
  }
  v1::ChangeSubjectHoldRequest request;
  request.set_identifier(identifier);
  request.set_change(holds ? v1::REQUEST_CHANGE_HOLD : v1::REQUEST_CHANGE_RELEASE);
  request.set_reason(options.reason);
  const auto preview = [&](std::ostream& out) {
    request.set_validate_only(true);
    for (const std::string& parent : parents) {
      request.set_parent(parent);
      v1::SubjectHoldChange response;
      grpc::Status status = client.ChangeSubjectHold(request, &response);
      if (!status.ok()) return status;
      out << parent << ": would be " << Describe(response, holds) << '\n';
    }
    return grpc::Status::OK;
  };
  if (const auto stop = Confirm(streams, options.yes, preview)) return *stop;
  request.set_validate_only(false);
  bool all_are_held = true;
  for (const std::string& parent : parents) {
    request.set_parent(parent);
    v1::SubjectHoldChange response;
    const grpc::Status status = client.ChangeSubjectHold(request, &response);
    if (!status.ok()) return Fail(streams, status);
    if (global.json) {
      streams.out << Json(response);
    } else {
      streams.out << parent << ": " << Describe(response, holds) << '\n';
    }
    all_are_held = all_are_held && response.being_sent() + response.accepted() == 0;
  }
  return all_are_held || !holds ? kOk : kFailed;
}

Command AddSubject(CLI::App& app, const char* name, const char* what, bool holds) {
  const auto options = std::make_shared<SubjectOptions>();
  CLI::App* command = app.add_subcommand(name, what);
  command->footer(kPersonFooter);
  command->add_option("--account", options->accounts, "On these accounts; else on all of yours");
  command->add_option("--reason", options->reason, "Why")->required();
  command->add_flag("--yes", options->yes, "Do not ask");
  return {command, [options, holds](const Global& global, const Streams& streams) {
            return ChangeHold(*options, global, streams, holds);
          }};
}

}  // namespace

std::vector<Command> AddChangeCommands(CLI::App& app) {
  return {AddChange(app, v1::REQUEST_CHANGE_CANCEL, "cancel",
                    "Take back items of a request that were not sent", kCancelFooter),
          AddChange(app, v1::REQUEST_CHANGE_HOLD, "hold", "Keep items of a request from being sent",
                    kHoldFooter),
          AddChange(app, v1::REQUEST_CHANGE_RELEASE, "release",
                    "Let items that are on hold be sent", kReleaseFooter),
          AddSubject(app, "hold-person", "Keep everything about a person from being sent", true),
          AddSubject(app, "release-person", "Let what is about a person be sent again", false)};
}

}  // namespace lethe::cli
