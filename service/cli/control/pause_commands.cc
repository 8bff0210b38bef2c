#include "cli/control/pause_commands.h"

#include <google/protobuf/util/time_util.h>

#include <memory>
#include <string>

#include "cli/client/operator_client.h"
#include "cli/output/confirm.h"
#include "cli/output/operator_print.h"
#include "cli/output/print.h"

namespace lethe::cli {
namespace {

using google::protobuf::util::TimeUtil;

constexpr char kPauseFooter[] = R"(
When the command has ended, no call of the scope begins any more, on any replica; it says how many
that began before are still under way. Requests are accepted and windows close meanwhile. A block by
CleverTap stays as it is. Repeating the command changes the reason and the end. The reason is kept
for good: no personal data in it.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, or not confirmed; 2 usage; 3 unavailable: repeat it.)";

constexpr char kResumeFooter[] = R"(
Ends the pause of exactly this scope; what still stops some of its calls is shown. The block of an
account by CleverTap is ended by `lethe accounts resume`.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, or not confirmed; 2 usage; 3 unavailable: `lethe pauses` tells.)";

/// What the commands are given.
struct PauseOptions {
  std::string account;
  bool everything = false;
  std::string api;
  std::string why;
  std::string until;
  bool yes = false;

  std::string parent() const { return everything ? "accounts/-" : "accounts/" + account; }
};

void AddScope(CLI::App& command, const std::shared_ptr<PauseOptions>& options) {
  CLI::Option_group* which = command.add_option_group("Which calls");
  which->add_option("--account", options->account, "Those of this account");
  which->add_flag("--everything", options->everything, "Those of every account");
  which->require_option(1);
  command.add_option("--api", options->api, "Only those of this API")
      ->check(CLI::IsMember({"delete", "demerge", "disassociate", "profile"}));
  command.add_flag("--yes", options->yes, "Do not ask");
}

/// `every call of accounts/shop`
std::string Calls(const PauseOptions& options) {
  return "every call" + (options.api.empty() ? "" : " of the API " + options.api) +
         (options.everything ? " for every account" : " for accounts/" + options.account);
}

/// The accounts that the scope is about, with their blocks and pauses.
grpc::Status ShowAccounts(OperatorClient& client, const PauseOptions& options, std::ostream& out) {
  v1::ListAccountsResponse all;
  if (options.everything) {
    grpc::Status status = client.ListAccounts(&all);
    if (!status.ok()) return status;
  } else {
    grpc::Status status = client.GetAccount(options.parent(), all.add_accounts());
    if (!status.ok()) return status;
  }
  for (const v1::Account& account : all.accounts()) out << "  " << Line(account) << '\n';
  return grpc::Status::OK;
}

int Pause(const std::shared_ptr<PauseOptions>& options, const Global& global,
          const Streams& streams) {
  v1::PauseCallsRequest request;
  request.set_parent(options->parent());
  request.set_api(options->api);
  request.set_reason(options->why);
  if (!options->until.empty() &&
      !TimeUtil::FromString(options->until, request.mutable_end_time())) {
    streams.err << "lethe: --until is not like 2026-03-02T10:00:00Z\n";
    return kUsage;
  }
  OperatorClient client(global.connection);
  const auto preview = [&](std::ostream& out) {
    out << "This stops " << Calls(*options)
        << (options->until.empty() ? ", until `lethe resume`" : ", until " + options->until)
        << ". Requests are accepted meanwhile.\n";
    return ShowAccounts(client, *options, out);
  };
  if (const auto stop = Confirm(streams, options->yes, preview)) return *stop;
  v1::PauseCallsResponse response;
  const grpc::Status status = client.PauseCalls(request, &response);
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
    return kOk;
  }
  streams.out << Line(response.pause()) << "; " << response.calls_under_way()
              << (response.calls_under_way() == 1 ? " call" : " calls") << " under way\n";
  return kOk;
}

int Resume(const std::shared_ptr<PauseOptions>& options, const Global& global,
           const Streams& streams) {
  v1::ResumeCallsRequest request;
  request.set_parent(options->parent());
  request.set_api(options->api);
  request.set_justification(options->why);
  OperatorClient client(global.connection);
  const auto preview = [&](std::ostream& out) {
    out << "This ends the pause of " << Calls(*options) << ".\n";
    return ShowAccounts(client, *options, out);
  };
  if (const auto stop = Confirm(streams, options->yes, preview)) return *stop;
  v1::ResumeCallsResponse response;
  const grpc::Status status = client.ResumeCalls(request, &response);
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
    return kOk;
  }
  streams.out << "resumed " << Calls(*options) << '\n';
  for (const v1::Pause& pause : response.pauses()) streams.out << "still " << Line(pause) << '\n';
  return kOk;
}

int List(const Global& global, const Streams& streams) {
  v1::ListPausesResponse response;
  const grpc::Status status = OperatorClient(global.connection).ListPauses(&response);
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
    return kOk;
  }
  for (const v1::Pause& pause : response.pauses()) streams.out << Line(pause) << '\n';
  return kOk;
}

}  // namespace

std::vector<Command> AddPauseCommands(CLI::App& app) {
  const auto options = std::make_shared<PauseOptions>();
  CLI::App* pause = app.add_subcommand("pause", "Stop calls to CleverTap");
  pause->footer(kPauseFooter);
  AddScope(*pause, options);
  pause->add_option("--reason", options->why, "Why")->required();
  pause->add_option("--until", options->until,
                    "When it ends by itself: 2026-03-02T10:00:00Z; else `lethe resume` ends it");
  CLI::App* resume = app.add_subcommand("resume", "End a pause");
  resume->footer(kResumeFooter);
  AddScope(*resume, options);
  resume->add_option("--justification", options->why, "Why")->required();
  CLI::App* pauses = app.add_subcommand("pauses", "Show every pause that is in force");
  return {{pause, [options](const Global& global,
                            const Streams& streams) { return Pause(options, global, streams); }},
          {resume, [options](const Global& global,
                             const Streams& streams) { return Resume(options, global, streams); }},
          {pauses, List}};
}

}  // namespace lethe::cli
