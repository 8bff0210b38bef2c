#include "cli/control/follow_up_commands.h"

#include <google/protobuf/util/time_util.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/client/client.h"
#include "cli/client/operator_client.h"
#include "cli/output/confirm.h"
#include "cli/output/print.h"

namespace lethe::cli {
namespace {

constexpr char kRetryFooter[] = R"(
Makes a new request of the rejected items of an old one of your own. The old one stays as it is, and
the new one is due when it is. Repeating the command with the same key makes no other request.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, or not confirmed; 2 usage; 3 unavailable: repeat it, with the same
key.)";

constexpr char kExtendFooter[] = R"(
As often and as long as the law of the account allows, and before the due time has passed. The person
must be told, with the reason. What is said here is kept for good: no personal data in it.

On a terminal the command shows what it will do and asks; elsewhere it needs --yes.
Exit codes: 0 done; 1 refused, or not confirmed; 2 usage; 3 unavailable: repeat it.)";

struct RetryOptions {
  std::string name;
  std::string key;
  std::vector<int> ordinals;
  bool yes = false;
};

struct ExtendOptions {
  std::string name;
  std::string due_time;
  std::string reason;
  bool yes = false;
};

void Print(const Global& global, const Streams& streams, const v1::PrivacyRequest& request) {
  if (global.json) {
    streams.out << Json(request);
  } else {
    streams.out << request.name() << ' ' << Line(request) << '\n';
  }
}

int Retry(const RetryOptions& options, const Global& global, const Streams& streams) {
  v1::RetryPrivacyRequestRequest request;
  request.set_name(options.name);
  request.set_idempotency_key(options.key);
  request.mutable_ordinals()->Assign(options.ordinals.begin(), options.ordinals.end());
  Client client(global.connection);
  const auto preview = [&](std::ostream& out) {
    request.set_validate_only(true);
    v1::PrivacyRequest response;
    grpc::Status status = client.Retry(request, &response);
    if (status.ok()) out << "This makes a new request: " << Line(response) << '\n';
    return status;
  };
  if (const auto stop = Confirm(streams, options.yes, preview)) return *stop;
  request.set_validate_only(false);
  v1::PrivacyRequest response;
  const grpc::Status status = client.Retry(request, &response);
  if (!status.ok()) return Fail(streams, status);
  Print(global, streams, response);
  return kOk;
}

int Extend(const ExtendOptions& options, const Global& global, const Streams& streams) {
  v1::ExtendDueTimeRequest request;
  request.set_name(options.name);
  request.set_reason(options.reason);
  if (!google::protobuf::util::TimeUtil::FromString(options.due_time, request.mutable_due_time())) {
    streams.err << "lethe: --due-time is not like 2026-03-02T10:00:00Z\n";
    return kUsage;
  }
  OperatorClient client(global.connection);
  const auto preview = [&](std::ostream& out) {
    request.set_validate_only(true);
    v1::PrivacyRequest response;
    grpc::Status status = client.ExtendDueTime(request, &response);
    if (status.ok()) out << "This leaves: " << options.name << ' ' << Line(response) << '\n';
    return status;
  };
  if (const auto stop = Confirm(streams, options.yes, preview)) return *stop;
  request.set_validate_only(false);
  v1::PrivacyRequest response;
  const grpc::Status status = client.ExtendDueTime(request, &response);
  if (!status.ok()) return Fail(streams, status);
  Print(global, streams, response);
  return kOk;
}

Command AddRetry(CLI::App& app) {
  const auto options = std::make_shared<RetryOptions>();
  CLI::App* command = app.add_subcommand("retry", "Send rejected items again, as a new request");
  command->footer(kRetryFooter);
  command->add_option("name", options->name, "accounts/{account}/privacyRequests/{id}")->required();
  command->add_option("--key", options->key, "Idempotency key of the new request")->required();
  command->add_option("--ordinals", options->ordinals, "Only these items: 0,3,4; else all")
      ->delimiter(',');
  command->add_flag("--yes", options->yes, "Do not ask");
  return {command, [options](const Global& global, const Streams& streams) {
            return Retry(*options, global, streams);
          }};
}

Command AddExtend(CLI::App& app) {
  const auto options = std::make_shared<ExtendOptions>();
  CLI::App* command = app.add_subcommand("extend", "Extend the due time of a request");
  command->footer(kExtendFooter);
  command->add_option("name", options->name, "accounts/{account}/privacyRequests/{id}")->required();
  command->add_option("--due-time", options->due_time, "The new one: 2026-03-02T10:00:00Z")
      ->required();
  command->add_option("--reason", options->reason, "Why")->required();
  command->add_flag("--yes", options->yes, "Do not ask");
  return {command, [options](const Global& global, const Streams& streams) {
            return Extend(*options, global, streams);
          }};
}

}  // namespace

std::vector<Command> AddFollowUpCommands(CLI::App& app) { return {AddRetry(app), AddExtend(app)}; }

}  // namespace lethe::cli
