#include "cli/reading/list_command.h"

#include <google/protobuf/util/time_util.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/output/print.h"
#include "cli/output/words.h"
#include "cli/reading/pages.h"
#include "cli/reading/reading_client.h"
#include "cli/reading/rows.h"

namespace lethe::cli {
namespace {

using google::protobuf::util::TimeUtil;

constexpr char kFormatFooter[] = R"(
Formats: table for people; csv (RFC 4180, UTF-8), ndjson (a line of JSON each) and json for programs,
written as the rows come. --account - is every account that you may read.
Exit codes: 0 done; 1 refused; 2 usage; 3 unavailable: what was written is the beginning of the list.)";

/// What the commands are given.
struct ListOptions {
  std::string account;
  std::string operation;
  std::string principal;
  std::string key;
  std::vector<std::string> states;
  std::string created_from, created_until, due_from, due_until;
  bool overdue = false;
  bool held = false;
  bool needs_review = false;
  std::string order = "newest";
  std::string exception;
  std::string format;
  int limit = 50;
  bool all = false;

  int most() const { return all ? kEveryRow : limit; }
};

/// `erasure` as the proto's enumerator with this prefix; the first one for an empty word.
template <typename Enum, typename Parse>
Enum ToEnum(const std::string& prefix, std::string word, Parse parse) {
  Enum value{};
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!word.empty()) parse(prefix + word, &value);
  return value;
}

v1::Operation ToOperation(const std::string& word) {
  return ToEnum<v1::Operation>("OPERATION_", word, v1::Operation_Parse);
}

std::string When(bool present, const google::protobuf::Timestamp& time) {
  return Time("", present, time);
}

/// Whether each of the texts is a time, or empty.
bool SetRange(const std::string& from, const std::string& until, v1::TimeRange* range) {
  return (from.empty() || TimeUtil::FromString(from, range->mutable_start_time())) &&
         (until.empty() || TimeUtil::FromString(until, range->mutable_end_time()));
}

/// Nothing if a time is none.
std::optional<v1::ListPrivacyRequestsRequest> ToRequest(const ListOptions& options) {
  v1::ListPrivacyRequestsRequest request;
  request.set_parent("accounts/" + options.account);
  v1::RequestFilter filter;
  filter.set_operation(ToOperation(options.operation));
  filter.set_principal(options.principal);
  filter.set_idempotency_key(options.key);
  for (const std::string& state : options.states) {
    filter.add_states(
        ToEnum<v1::PrivacyRequest::State>("STATE_", state, v1::PrivacyRequest::State_Parse));
  }
  filter.set_overdue(options.overdue);
  filter.set_held(options.held);
  filter.set_needs_review(options.needs_review);
  const bool has_created = !options.created_from.empty() || !options.created_until.empty();
  const bool has_due = !options.due_from.empty() || !options.due_until.empty();
  if ((has_created &&
       !SetRange(options.created_from, options.created_until, filter.mutable_create_time())) ||
      (has_due && !SetRange(options.due_from, options.due_until, filter.mutable_due_time()))) {
    return std::nullopt;
  }
  if (filter.ByteSizeLong() > 0) *request.mutable_filter() = std::move(filter);
  if (options.order == "due") request.set_order(v1::REQUEST_ORDER_DUE_TIME);
  return request;
}

void AddRow(const v1::PrivacyRequest& request, RowWriter& rows) {
  const v1::ItemCounts& counts = request.item_counts();
  rows.Add(
      {request.name(), Lower(v1::PrivacyRequest::State_Name(request.state()), "STATE_"),
       Lower(v1::Operation_Name(request.operation()), "OPERATION_"),
       Lower(v1::IdentifierKind_Name(request.identifier_kind()), "IDENTIFIER_KIND_"),
       std::to_string(request.item_count()), std::to_string(counts.done()),
       std::to_string(counts.rejected()), std::to_string(counts.cancelled()),
       std::to_string(counts.held()), std::to_string(counts.needs_review()),
       When(true, request.create_time()), When(request.has_submit_time(), request.submit_time()),
       When(request.has_due_time(), request.due_time()),
       When(request.has_expected_completion_time(), request.expected_completion_time()),
       When(request.has_complete_time(), request.complete_time()), request.principal()},
      request);
}

/// As `lethe get` shows a request, a line each.
int ShowLines(ReadingClient& client, const ListOptions& options,
              const v1::ListPrivacyRequestsRequest& request, const Global& global,
              const Streams& streams) {
  v1::ListPrivacyRequestsResponse all;
  const int exit_code = ForEachPage(
      request, options.most(), streams,
      [&](const auto& asked) {
        Answered<v1::ListPrivacyRequestsResponse> answer;
        answer.status = client.ListRequests(asked, &answer.response);
        return answer;
      },
      [&](const v1::ListPrivacyRequestsResponse& page) {
        if (global.json) {
          all.MergeFrom(page);
          all.set_next_page_token(page.next_page_token());
        } else {
          for (const auto& one : page.privacy_requests()) {
            streams.out << one.name() << ' ' << Line(one) << '\n';
          }
        }
        return page.privacy_requests_size();
      });
  if (global.json && exit_code == kOk) streams.out << Json(all);
  return exit_code;
}

int List(const ListOptions& options, const Global& global, const Streams& streams) {
  const auto request = ToRequest(options);
  if (!request) {
    streams.err << "lethe: a time is not like 2026-03-02T10:00:00Z\n";
    return kUsage;
  }
  ReadingClient client(global.connection);
  if (options.format.empty()) return ShowLines(client, options, *request, global, streams);
  RowWriter rows(ParseRowFormat(options.format), "privacyRequests",
                 {"name", "state", "operation", "identifier_kind", "items", "done", "rejected",
                  "cancelled", "held", "needs_review", "create_time", "submit_time", "due_time",
                  "expected_completion_time", "complete_time", "principal"},
                 streams.out);
  const int exit_code = ForEachPage(
      *request, options.most(), streams,
      [&](const auto& asked) {
        Answered<v1::ListPrivacyRequestsResponse> answer;
        answer.status = client.ListRequests(asked, &answer.response);
        return answer;
      },
      [&rows](const v1::ListPrivacyRequestsResponse& page) {
        for (const auto& one : page.privacy_requests()) AddRow(one, rows);
        rows.Flush();
        return page.privacy_requests_size();
      });
  if (exit_code == kOk) rows.End();
  return exit_code;
}

int Exceptions(const ListOptions& options, const Global& global, const Streams& streams) {
  v1::ListExceptionsRequest request;
  request.set_parent("accounts/" + options.account);
  request.set_operation(ToOperation(options.operation));
  request.set_state(ToEnum<v1::ItemState>("ITEM_STATE_", options.exception, v1::ItemState_Parse));
  ReadingClient client(global.connection);
  const std::string format = global.json ? "json" : options.format;
  RowWriter rows(format.empty() ? RowFormat::kTable : ParseRowFormat(format), "exceptions",
                 {"privacy_request", "ordinal", "state", "reason", "vendor_code", "since_time",
                  "operation", "identifier_kind"},
                 streams.out);
  const int exit_code = ForEachPage(
      request, options.most(), streams,
      [&](const auto& asked) {
        Answered<v1::ListExceptionsResponse> answer;
        answer.status = client.ListExceptions(asked, &answer.response);
        return answer;
      },
      [&rows](const v1::ListExceptionsResponse& page) {
        for (const v1::ItemException& one : page.exceptions()) {
          rows.Add({one.privacy_request(), std::to_string(one.ordinal()),
                    Lower(v1::ItemState_Name(one.state()), "ITEM_STATE_"), one.reason(),
                    one.vendor_code(), When(one.has_since_time(), one.since_time()),
                    Lower(v1::Operation_Name(one.operation()), "OPERATION_"),
                    Lower(v1::IdentifierKind_Name(one.identifier_kind()), "IDENTIFIER_KIND_")},
                   one);
        }
        rows.Flush();
        return page.exceptions_size();
      });
  if (exit_code == kOk) rows.End();
  return exit_code;
}

void AddCommon(CLI::App& command, const std::shared_ptr<ListOptions>& options) {
  command.footer(kFormatFooter);
  command.add_option("--account", options->account, "Its name, or - for all")->required();
  command.add_option("--operation", options->operation)
      ->check(CLI::IsMember({"erasure", "demerge", "disassociation"}));
  command.add_option("--format", options->format)->check(CLI::IsMember(RowFormatNames()));
  CLI::Option* const limit = command.add_option("--limit", options->limit, "At most this many")
                                 ->capture_default_str()
                                 ->check(CLI::PositiveNumber);
  command.add_flag("--all", options->all, "However many")->excludes(limit);
}

}  // namespace

std::vector<Command> AddListCommands(CLI::App& app) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* list = app.add_subcommand("list", "Show requests, newest first");
  AddCommon(*list, options);
  list->add_option("--principal", options->principal, "Only those that it handed over");
  list->add_option("--key", options->key, "Only those with this idempotency key");
  list->add_option("--state", options->states,
                   "Only those in one of these states: queued,in_progress")
      ->delimiter(',')
      ->check(CLI::IsMember({"queued", "in_progress", "needs_review", "completed",
                             "partially_completed", "rejected", "cancelled", "expired"}));
  list->add_flag("--overdue", options->overdue, "Only those that are late and not final");
  list->add_flag("--held", options->held, "Only those with an item that is held");
  list->add_flag("--needs-review", options->needs_review,
                 "Only those with an item that needs review");
  list->add_option("--created-from", options->created_from, "2026-03-02T10:00:00Z");
  list->add_option("--created-until", options->created_until, "Before this");
  list->add_option("--due-from", options->due_from, "Due then or later");
  list->add_option("--due-until", options->due_until, "Due before this");
  list->add_option("--order", options->order,
                   "newest, or due: what is due first, of those not final")
      ->check(CLI::IsMember({"newest", "due"}));
  CLI::App* exceptions = app.add_subcommand(
      "exceptions", "Show items that are held, rejected or waiting for review, newest first");
  AddCommon(*exceptions, options);
  exceptions->add_option("--state", options->exception)
      ->check(CLI::IsMember({"held", "needs_review", "rejected"}));
  return {{list, [options](const Global& global,
                           const Streams& streams) { return List(*options, global, streams); }},
          {exceptions, [options](const Global& global, const Streams& streams) {
             return Exceptions(*options, global, streams);
           }}};
}

}  // namespace lethe::cli
