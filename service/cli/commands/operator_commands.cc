#include "cli/commands/operator_commands.h"

#include <google/protobuf/util/time_util.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/client/operator_client.h"
#include "cli/commands/ordinals.h"
#include "cli/output/operator_print.h"
#include "cli/output/print.h"

namespace lethe::cli {
namespace {

using google::protobuf::util::TimeUtil;

constexpr char kEvidence[] = R"(
The etag is the one that `list` and `show` print: a decision about anything else than you have seen
is refused. The justification is kept for good: no personal data in it.)";

const std::string kReviewName = "accounts/{account}/reviews/{envelope}-{position}";

struct OperatorOptions {
  std::string account;
  int limit = 50;
  v1::ResolveReviewRequest resolve;
  v1::ResolveReviewsRequest resolve_all;
  v1::ResumeAccountRequest resume;
  v1::GetReviewRequest review;
};
using SharedOptions = std::shared_ptr<OperatorOptions>;

/// Options whose values go straight into a field of a message.
CLI::Option* AddField(CLI::App& command, const std::string& name, std::string* field,
                      const std::string& description) {
  return command.add_option(name, *field, description)->required();
}

CLI::App* AddGroup(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App* group = app.add_subcommand(name, description);
  group->require_subcommand(1);
  return group;
}

void AddAccountAndLimit(CLI::App& command, const SharedOptions& options) {
  command.add_option("--account", options->account)->required();
  command.add_option("--limit", options->limit, "At most this many")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
}

/// Prints the answer to a call as JSON or as `text` has it.
template <typename Response, typename Text>
int Answer(const Global& global, const Streams& streams, const grpc::Status& status,
           const Response& response, Text text) {
  if (!status.ok()) return Fail(streams, status);
  if (global.json) {
    streams.out << Json(response);
  } else {
    text(streams.out);
  }
  return kOk;
}

template <typename Rows>
auto Lines(const Rows& rows) {
  return [&rows](std::ostream& out) {
    for (const auto& row : rows) out << Line(row) << '\n';
  };
}

Command AddListReviews(CLI::App& group, const SharedOptions& options) {
  CLI::App* command = group.add_subcommand("list", "Show what waits for a decision, oldest first");
  AddAccountAndLimit(*command, options);
  return {command, [options](const Global& global, const Streams& streams) {
            v1::ListReviewsResponse all;
            const grpc::Status status =
                OperatorClient(global.connection)
                    .ListReviews("accounts/" + options->account, options->limit, &all);
            return Answer(global, streams, status, all, Lines(all.reviews()));
          }};
}

Command AddShowReview(CLI::App& group, const SharedOptions& options) {
  CLI::App* command = group.add_subcommand("show", "Show a review with its requests and calls");
  AddField(*command, "name", options->review.mutable_name(), kReviewName);
  return {command, [options](const Global& global, const Streams& streams) {
            v1::Review review;
            const grpc::Status status =
                OperatorClient(global.connection).GetReview(options->review.name(), &review);
            return Answer(global, streams, status, review,
                          [&](std::ostream& out) { out << Page(review); });
          }};
}

/// Hands on the decision that is given.
void AddDecision(CLI::App& command, const std::function<void(v1::ReviewDecision)>& set) {
  static const std::map<std::string, v1::ReviewDecision> kDecisions = [] {
    std::map<std::string, v1::ReviewDecision> decisions;
    for (const auto decision : {v1::REVIEW_DECISION_SEND_AGAIN, v1::REVIEW_DECISION_MARK_ACCEPTED,
                                v1::REVIEW_DECISION_CANCEL}) {
      decisions.emplace(Word(decision), decision);
    }
    return decisions;
  }();
  command
      .add_option_function<std::string>(
          "--decision", [set](const std::string& word) { set(kDecisions.at(word)); },
          "One that is allowed")
      ->required()
      ->check(CLI::IsMember(kDecisions));
}

/// A part of a review, in place of all of it.
void AddSelection(CLI::App& command, const SharedOptions& options) {
  static const std::map<std::string, v1::ReviewSelection::Half> kHalves{
      {"first", v1::ReviewSelection::HALF_FIRST}, {"second", v1::ReviewSelection::HALF_SECOND}};
  CLI::Option* half = command
                          .add_option_function<std::string>(
                              "--half",
                              [options](const std::string& word) {
                                options->resolve.mutable_selection()->set_half(kHalves.at(word));
                              },
                              "Decide about this half of the items alone")
                          ->check(CLI::IsMember(kHalves));
  CLI::Option* request = command.add_option_function<std::string>(
      "--request",
      [options](const std::string& name) {
        options->resolve.mutable_selection()->mutable_items()->set_privacy_request(name);
      },
      "Decide about items of this request alone: accounts/{account}/privacyRequests/{id}");
  CLI::Option* ordinals = command
                              .add_option_function<std::vector<int>>(
                                  "--ordinals",
                                  [options](const std::vector<int>& given) {
                                    auto& items =
                                        *options->resolve.mutable_selection()->mutable_items();
                                    items.mutable_ordinals()->Assign(given.begin(), given.end());
                                  },
                                  "Which items of the request: 0,3,4")
                              ->delimiter(',')
                              ->check(PlainOrdinal());
  request->needs(ordinals)->excludes(half);
  ordinals->needs(request)->excludes(half);
}

/// Which reviews a decision about many is about.
void AddFilter(CLI::App& command, const SharedOptions& options) {
  command.add_option("--account", options->account)->required();
  command.add_option("--reason", *options->resolve_all.mutable_filter()->mutable_reason(),
                     "Only reviews with this reason");
  static const std::map<std::string, v1::Operation> kOperations{
      {"erasure", v1::OPERATION_ERASURE},
      {"demerge", v1::OPERATION_DEMERGE},
      {"disassociation", v1::OPERATION_DISASSOCIATION}};
  command
      .add_option_function<std::string>(
          "--operation",
          [options](const std::string& word) {
            options->resolve_all.mutable_filter()->set_operation(kOperations.at(word));
          },
          "Only reviews of this operation")
      ->check(CLI::IsMember(kOperations));
  const auto add_time = [&](const char* name, const char* description, auto field) {
    command.add_option_function<std::string>(
        name,
        [options, name, field](const std::string& text) {
          if (!TimeUtil::FromString(text, field(*options->resolve_all.mutable_filter()))) {
            throw CLI::ValidationError(name, "is not like 2026-03-02T10:00:00Z");
          }
        },
        description);
  };
  add_time("--since", "Only reviews that were set aside at this time or later",
           [](v1::ReviewFilter& filter) { return filter.mutable_since_time(); });
  add_time("--until", "Only reviews that were set aside before this time",
           [](v1::ReviewFilter& filter) { return filter.mutable_until_time(); });
}

Command AddPreviewReviews(CLI::App& group, const SharedOptions& options) {
  CLI::App* command = group.add_subcommand(
      "preview", "Show how many reviews one decision would be about; the oldest 500 at most");
  AddFilter(*command, options);
  return {command, [options](const Global& global, const Streams& streams) {
            v1::PreviewReviewsRequest request;
            request.set_parent("accounts/" + options->account);
            *request.mutable_filter() = options->resolve_all.filter();
            v1::ReviewGroup seen;
            const grpc::Status status =
                OperatorClient(global.connection).PreviewReviews(request, &seen);
            return Answer(global, streams, status, seen,
                          [&](std::ostream& out) { out << Line(seen) << '\n'; });
          }};
}

Command AddResolveReviews(CLI::App& group, const SharedOptions& options) {
  CLI::App* command =
      group.add_subcommand("resolve-all", "Decide about all reviews that `preview` has shown");
  command->footer(kEvidence);
  AddFilter(*command, options);
  AddField(*command, "--etag", options->resolve_all.mutable_etag(), "That `preview` has printed");
  AddField(*command, "--justification", options->resolve_all.mutable_justification(), "Why");
  AddDecision(*command, [options](v1::ReviewDecision decision) {
    options->resolve_all.set_decision(decision);
  });
  return {command, [options](const Global& global, const Streams& streams) {
            options->resolve_all.set_parent("accounts/" + options->account);
            v1::ReviewGroup decided;
            const grpc::Status status =
                OperatorClient(global.connection).ResolveReviews(options->resolve_all, &decided);
            return Answer(global, streams, status, decided,
                          [&](std::ostream& out) { out << "resolved: " << Line(decided) << '\n'; });
          }};
}

Command AddResolveReview(CLI::App& group, const SharedOptions& options) {
  CLI::App* command =
      group.add_subcommand("resolve", "Decide about a review, or about a part of it");
  command->footer(kEvidence);
  AddField(*command, "name", options->resolve.mutable_name(), kReviewName);
  AddField(*command, "--etag", options->resolve.mutable_etag(), "Of the review");
  AddField(*command, "--justification", options->resolve.mutable_justification(), "Why");
  AddDecision(*command,
              [options](v1::ReviewDecision decision) { options->resolve.set_decision(decision); });
  AddSelection(*command, options);
  return {command, [options](const Global& global, const Streams& streams) {
            v1::AuditEvent event;
            const grpc::Status status =
                OperatorClient(global.connection).ResolveReview(options->resolve, &event);
            return Answer(global, streams, status, event,
                          [&](std::ostream& out) { out << Line(event) << '\n'; });
          }};
}

Command AddListAccounts(CLI::App& group) {
  CLI::App* command = group.add_subcommand("list", "Show every account");
  return {command, [](const Global& global, const Streams& streams) {
            v1::ListAccountsResponse all;
            const grpc::Status status = OperatorClient(global.connection).ListAccounts(&all);
            return Answer(global, streams, status, all, Lines(all.accounts()));
          }};
}

Command AddShowAccount(CLI::App& group, const SharedOptions& options) {
  CLI::App* command = group.add_subcommand("show", "Show an account");
  AddField(*command, "account", &options->account, "Its name");
  return {
      command, [options](const Global& global, const Streams& streams) {
        v1::Account account;
        const grpc::Status status =
            OperatorClient(global.connection).GetAccount("accounts/" + options->account, &account);
        return Answer(global, streams, status, account,
                      [&](std::ostream& out) { out << Line(account) << '\n'; });
      }};
}

Command AddResumeAccount(CLI::App& group, const SharedOptions& options) {
  CLI::App* command = group.add_subcommand("resume", "End the block of an account at once");
  command->footer(kEvidence);
  AddField(*command, "account", &options->account, "Its name");
  AddField(*command, "--etag", options->resume.mutable_etag(), "Of the account");
  AddField(*command, "--justification", options->resume.mutable_justification(), "Why");
  static const std::map<std::string, v1::HeldRefusals> kHeldRefusals{
      {"send-again", v1::HELD_REFUSALS_SEND_AGAIN}, {"reject", v1::HELD_REFUSALS_REJECT}};
  command
      ->add_option_function<std::string>(
          "--held-refusals",
          [options](const std::string& word) {
            options->resume.set_held_refusals(kHeldRefusals.at(word));
          },
          "What becomes of the items that CleverTap refused; required if there are some")
      ->check(CLI::IsMember(kHeldRefusals));
  return {command, [options](const Global& global, const Streams& streams) {
            v1::Account account;
            options->resume.set_name("accounts/" + options->account);
            const grpc::Status status =
                OperatorClient(global.connection).ResumeAccount(options->resume, &account);
            return Answer(global, streams, status, account,
                          [&](std::ostream& out) { out << Line(account) << '\n'; });
          }};
}

Command AddListAuditEvents(CLI::App& group, const SharedOptions& options) {
  CLI::App* command = group.add_subcommand("list", "Show what operators decided, newest first");
  AddAccountAndLimit(*command, options);
  return {command, [options](const Global& global, const Streams& streams) {
            v1::ListAuditEventsResponse all;
            const grpc::Status status =
                OperatorClient(global.connection)
                    .ListAuditEvents("accounts/" + options->account, options->limit, &all);
            return Answer(global, streams, status, all, Lines(all.audit_events()));
          }};
}

}  // namespace

std::vector<Command> AddOperatorCommands(CLI::App& app) {
  const auto options = std::make_shared<OperatorOptions>();
  CLI::App* reviews = AddGroup(app, "reviews", "What Lethe cannot go on with by itself");
  CLI::App* accounts = AddGroup(app, "accounts", "Whether anything is sent for the accounts");
  CLI::App* audit = AddGroup(app, "audit", "The evidence of what operators decided");
  return {AddListReviews(*reviews, options),    AddShowReview(*reviews, options),
          AddResolveReview(*reviews, options),  AddPreviewReviews(*reviews, options),
          AddResolveReviews(*reviews, options), AddListAccounts(*accounts),
          AddShowAccount(*accounts, options),   AddResumeAccount(*accounts, options),
          AddListAuditEvents(*audit, options)};
}

}  // namespace lethe::cli
