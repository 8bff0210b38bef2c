#include "cli/reading/subject_commands.h"

#include <memory>
#include <string>

#include "cli/output/print.h"
#include "cli/output/words.h"
#include "cli/reading/reading_client.h"
#include "cli/reading/rows.h"

namespace lethe::cli {
namespace {

constexpr char kLookupFooter[] = R"(
Shows every item of every request that named one person, in the accounts that you may read. The
identifier is asked for, or read from the standard input: one line, exactly as it was handed over.
It is no option, because the command line ends up in the shell's history and in the list of
processes. The look-up is evidence: who, when and why is kept for good, not whom; no personal data
in the reason.
Exit codes: 0 done, also if there is nothing; 1 refused; 2 usage; 3 unavailable.)";

/// What the command is given.
struct SubjectOptions {
  std::string account = "-";
  std::string reason;
  std::string format = "table";
};

int Lookup(const SubjectOptions& options, const Global& global, const Streams& streams) {
  if (streams.interactive) streams.err << "Identifier: " << std::flush;
  v1::LookupSubjectRequest request;
  std::string& identifier = *request.mutable_identifier();
  std::getline(streams.in, identifier);
  if (identifier.ends_with('\r')) identifier.pop_back();
  if (identifier.empty()) {
    streams.err << "lethe: the standard input has no identifier\n";
    return kUsage;
  }
  request.set_parent("accounts/" + options.account);
  request.set_justification(options.reason);
  v1::LookupSubjectResponse response;
  const grpc::Status status = ReadingClient(global.connection).Lookup(request, &response);
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
    return kOk;
  }
  RowWriter rows(ParseRowFormat(options.format), "items",
                 {"privacy_request", "ordinal", "operation", "state", "reason", "create_time",
                  "due_time", "complete_time", "reappear_time"},
                 streams.out);
  for (const v1::SubjectItem& one : response.items()) {
    const v1::PrivacyRequestItem& item = one.item();
    rows.Add({one.privacy_request(), std::to_string(item.ordinal()),
              Lower(v1::Operation_Name(one.operation()), "OPERATION_"),
              Lower(v1::ItemState_Name(item.state()), "ITEM_STATE_"), item.reason(),
              Time("", true, one.create_time()), Time("", one.has_due_time(), one.due_time()),
              Time("", item.has_complete_time(), item.complete_time()),
              Time("", item.has_reappear_time(), item.reappear_time())},
             one);
  }
  rows.End();
  if (response.items().empty() && options.format == "table") {
    streams.err << "lethe: no request named this person\n";
  }
  return kOk;
}

}  // namespace

std::vector<Command> AddSubjectCommands(CLI::App& app) {
  const auto options = std::make_shared<SubjectOptions>();
  CLI::App* lookup = app.add_subcommand("lookup", "Show everything about one person");
  lookup->footer(kLookupFooter);
  lookup->add_option("--account", options->account, "Its name, or - for all")
      ->capture_default_str();
  lookup->add_option("--reason", options->reason, "Why")->required();
  lookup->add_option("--format", options->format)
      ->capture_default_str()
      ->check(CLI::IsMember(RowFormatNames()));
  return {{lookup, [options](const Global& global, const Streams& streams) {
             return Lookup(*options, global, streams);
           }}};
}

}  // namespace lethe::cli
