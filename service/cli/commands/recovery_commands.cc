#include "cli/commands/recovery_commands.h"

#include <memory>
#include <string>

#include "cli/client/operator_client.h"
#include "cli/output/confirm.h"
#include "cli/output/operator_print.h"
#include "cli/output/print.h"

namespace lethe::cli {
namespace {

constexpr char kResumeFooter[] = R"(
Ends the pause that Lethe began because an older state of the database came up. What waits and was
called in the lost time counts as called then, with unknown effect: within its resend horizon it is
sent again, past it it is looked up or needs a review. All else that waits is sent.

On a terminal the command shows what is missing and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, or not confirmed; 2 usage; 3 unavailable: `lethe recovery show` tells.)";

struct ResumeOptions {
  std::string why;
  bool yes = false;
};

int Print(const v1::Recovery& recovery, const Global& global, const Streams& streams) {
  streams.out << (global.json ? Json(recovery) : Page(recovery));
  return kOk;
}

int Show(const Global& global, const Streams& streams) {
  v1::Recovery response;
  const grpc::Status status = OperatorClient(global.connection).GetRecovery(&response);
  return status.ok() ? Print(response, global, streams) : Fail(streams, status);
}

int Resume(const ResumeOptions& options, const Global& global, const Streams& streams) {
  OperatorClient client(global.connection);
  const auto preview = [&](std::ostream& out) {
    v1::Recovery now;
    grpc::Status status = client.GetRecovery(&now);
    if (status.ok()) out << Page(now) << "This ends the pause of every call.\n";
    return status;
  };
  if (const auto stop = Confirm(streams, options.yes, preview)) return *stop;
  v1::ResumeRecoveryRequest request;
  request.set_justification(options.why);
  v1::Recovery response;
  const grpc::Status status = client.ResumeRecovery(request, &response);
  if (!status.ok()) return Fail(streams, status);
  if (!global.json) streams.out << "resumed every call; settled:\n";
  return Print(response, global, streams);
}

}  // namespace

std::vector<Command> AddRecoveryCommands(CLI::App& app) {
  const auto options = std::make_shared<ResumeOptions>();
  CLI::App* recovery =
      app.add_subcommand("recovery", "After an older state of the database came up");
  recovery->require_subcommand(1);
  CLI::App* show = recovery->add_subcommand("show", "What is missing");
  CLI::App* resume = recovery->add_subcommand("resume", "Settle it, and send again");
  resume->footer(kResumeFooter);
  resume->add_option("--justification", options->why, "Why")->required();
  resume->add_flag("--yes", options->yes, "Do not ask");
  return {{show, Show}, {resume, [options](const Global& global, const Streams& streams) {
                           return Resume(*options, global, streams);
                         }}};
}

}  // namespace lethe::cli
