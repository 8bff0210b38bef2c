#include "cli/reading/summary_commands.h"

#include <google/protobuf/util/time_util.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/output/print.h"
#include "cli/output/words.h"
#include "cli/reading/calendar.h"
#include "cli/reading/reading_client.h"
#include "cli/reading/rows.h"

namespace lethe::cli {
namespace {

using google::protobuf::util::TimeUtil;

constexpr char kSummaryFooter[] = R"(
How many requests were received in a time and what became of those that became final in it; behind
that, how many are open now. Days count from when the person asked. --account - is every account
that you may read. A line of csv has the columns of both kinds; --json has everything.
Exit codes: 0 done; 1 refused; 2 usage; 3 unavailable.)";

constexpr char kCcpaFooter[] = R"(
What the regulations of the CCPA (11 CCR 7102) ask a business to publish about a year: requests to
delete received, complied with in whole or in part, and denied, and the median and mean number of
days until they were answered. Requests that were cancelled are told apart. A request that was
received in one year and answered in the next is in both, once in each row that it belongs to.
Exit codes: 0 done; 1 refused; 2 usage; 3 unavailable.)";

/// What the commands are given.
struct SummaryOptions {
  std::string account = "-";
  std::string operation;
  std::string from, until;
  std::string period;
  std::string year;
  std::string by = "whole";
  std::string time_zone = "UTC";
  std::string format = "table";
};

std::string Decimal(double value) {
  std::array<char, 32> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.1f", value));
  return text.data();
}

/// Whether the options name a time.
bool SetTimes(const SummaryOptions& options, v1::SummarizePrivacyRequestsRequest* request) {
  const std::string& period = options.period.empty() ? options.year : options.period;
  if (!period.empty()) {
    const auto times = ParsePeriod(period, options.time_zone);
    if (!times) return false;
    *request->mutable_start_time() = times->start;
    *request->mutable_end_time() = times->end;
    return true;
  }
  return TimeUtil::FromString(options.from, request->mutable_start_time()) &&
         TimeUtil::FromString(options.until, request->mutable_end_time());
}

v1::SummarizePrivacyRequestsRequest::Period PeriodOf(const std::string& by) {
  if (by == "day") return v1::SummarizePrivacyRequestsRequest::PERIOD_DAY;
  if (by == "month") return v1::SummarizePrivacyRequestsRequest::PERIOD_MONTH;
  if (by == "year") return v1::SummarizePrivacyRequestsRequest::PERIOD_YEAR;
  return v1::SummarizePrivacyRequestsRequest::PERIOD_UNSPECIFIED;
}

std::string OperationWord(v1::Operation operation) {
  return Lower(v1::Operation_Name(operation), "OPERATION_");
}

void Show(const v1::SummarizePrivacyRequestsResponse& summary, const SummaryOptions& options,
          RowFormat format, std::ostream& out) {
  RowWriter periods(format, "periods",
                    {"period", "account", "operation", "received", "complete", "in_part", "denied",
                     "cancelled", "median_days", "mean_days", "p95_days"},
                    out);
  for (const v1::PeriodSummary& one : summary.periods()) {
    const auto days = [&one](double value) { return one.has_days() ? Decimal(value) : ""; };
    periods.Add({DayOf(one.period_start_time(), options.time_zone), one.account(),
                 OperationWord(one.operation()), std::to_string(one.received_count()),
                 std::to_string(one.complete_count()), std::to_string(one.complete_in_part_count()),
                 std::to_string(one.denied_count()), std::to_string(one.cancelled_count()),
                 days(one.days().median()), days(one.days().mean()), days(one.days().p95())},
                one);
  }
  periods.End();
  if (format != RowFormat::kTable) return;
  out << '\n';
  RowWriter open(format, "open",
                 {"open now", "account", "operation", "overdue", "due in 5 days", "oldest"}, out);
  for (const v1::OpenSummary& one : summary.open()) {
    open.Add({std::to_string(one.open_count()), one.account(), OperationWord(one.operation()),
              std::to_string(one.overdue_count()), std::to_string(one.due_soon_count()),
              Time("", true, one.oldest_create_time())},
             one);
  }
  if (summary.open().empty()) out << "nothing is open\n";
  open.End();
}

int Summary(const SummaryOptions& options, const Global& global, const Streams& streams) {
  v1::SummarizePrivacyRequestsRequest request;
  request.set_parent("accounts/" + options.account);
  request.set_time_zone(options.time_zone);
  request.set_period(PeriodOf(options.by));
  if (!options.operation.empty()) {
    for (const auto operation :
         {v1::OPERATION_ERASURE, v1::OPERATION_DEMERGE, v1::OPERATION_DISASSOCIATION}) {
      if (OperationWord(operation) == options.operation) request.set_operation(operation);
    }
  }
  if (!SetTimes(options, &request)) {
    streams.err << "lethe: it needs --period 2026 or 2026-03, or --from and --until like "
                   "2026-03-02T10:00:00Z, and a time zone that there is\n";
    return kUsage;
  }
  v1::SummarizePrivacyRequestsResponse response;
  const grpc::Status status = ReadingClient(global.connection).Summarize(request, &response);
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
  } else {
    Show(response, options, ParseRowFormat(options.format), streams.out);
  }
  return kOk;
}

/// Over the accounts that were asked for: the law asks for the business, not for its projects. A
/// median of several cannot be made of medians, so then each account has its own.
int Ccpa(const SummaryOptions& options, const Global& global, const Streams& streams) {
  v1::SummarizePrivacyRequestsRequest request;
  request.set_parent("accounts/" + options.account);
  request.set_operation(v1::OPERATION_ERASURE);
  request.set_time_zone(options.time_zone);
  if (!SetTimes(options, &request)) {
    streams.err << "lethe: it needs --year 2026 and a time zone that there is\n";
    return kUsage;
  }
  v1::SummarizePrivacyRequestsResponse response;
  const grpc::Status status = ReadingClient(global.connection).Summarize(request, &response);
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
    return kOk;
  }
  RowWriter rows(ParseRowFormat(options.format), "report",
                 {"account", "year", "received", "complied_in_whole", "complied_in_part", "denied",
                  "cancelled", "median_days", "mean_days"},
                 streams.out);
  for (const v1::PeriodSummary& one : response.periods()) {
    rows.Add({one.account(), options.year, std::to_string(one.received_count()),
              std::to_string(one.complete_count()), std::to_string(one.complete_in_part_count()),
              std::to_string(one.denied_count()), std::to_string(one.cancelled_count()),
              one.has_days() ? Decimal(one.days().median()) : "",
              one.has_days() ? Decimal(one.days().mean()) : ""},
             one);
  }
  rows.End();
  return kOk;
}

void AddCommon(CLI::App& command, const std::shared_ptr<SummaryOptions>& options) {
  command.add_option("--account", options->account, "Its name, or - for all")
      ->capture_default_str();
  command.add_option("--time-zone", options->time_zone, "Where days, months and years begin")
      ->capture_default_str();
  command.add_option("--format", options->format)
      ->capture_default_str()
      ->check(CLI::IsMember(RowFormatNames()));
}

}  // namespace

std::vector<Command> AddSummaryCommands(CLI::App& app) {
  const auto options = std::make_shared<SummaryOptions>();
  CLI::App* summary = app.add_subcommand("summary", "Count requests and what became of them");
  summary->footer(kSummaryFooter);
  AddCommon(*summary, options);
  summary->add_option("--operation", options->operation)
      ->check(CLI::IsMember({"erasure", "demerge", "disassociation"}));
  summary->add_option("--period", options->period, "A year or a month: 2026, 2026-03");
  summary->add_option("--from", options->from, "2026-03-02T10:00:00Z");
  summary->add_option("--until", options->until, "Before this");
  summary->add_option("--by", options->by)->check(CLI::IsMember({"whole", "day", "month", "year"}));
  CLI::App* report = app.add_subcommand("report", "Figures that a law wants published");
  report->require_subcommand(1);
  CLI::App* ccpa = report->add_subcommand("ccpa", "The yearly metrics of the CCPA");
  ccpa->footer(kCcpaFooter);
  AddCommon(*ccpa, options);
  ccpa->add_option("--year", options->year)->required();
  return {
      {summary, [options](const Global& global,
                          const Streams& streams) { return Summary(*options, global, streams); }},
      {ccpa, [options](const Global& global, const Streams& streams) {
         return Ccpa(*options, global, streams);
       }}};
}

}  // namespace lethe::cli
