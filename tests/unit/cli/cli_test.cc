#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "support/canary.h"
#include "unit/api/in_process_server.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using test::kCanary;

class Cli : public api::InProcessServer {
 protected:
  int Lethe(std::vector<std::string> arguments, const std::string& input = "") {
    return lethe_.Run(server_->port(), std::move(arguments), input, terminal_);
  }

  std::string out() const { return lethe_.out(); }
  std::string err() const { return lethe_.err(); }

  std::string CreateOne(const std::string& key) {
    EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identity", "ann",
                     "--key", key}),
              kOk);
    return out().substr(0, out().find(' '));
  }

  void Finish(const std::string& name, BatchState state) {
    store_.SetItem(RequestId{std::stoll(name.substr(name.rfind('/') + 1))},
                   {.ordinal = 0,
                    .state = state,
                    .reason = state == BatchState::kDone ? "" : "refused_by_vendor",
                    .attempt_count = 1,
                    .not_before = {},
                    .accepted_at = {},
                    .window_end = {},
                    .finished_at = clock_.Now()});
  }

  bool terminal_ = false;

 private:
  LetheRunner lethe_;
};

TEST_F(Cli, CreatesFromStandardInput) {
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file",
                   "-", "--key", "k", "--due-time", "2026-04-01T00:00:00Z"},
                  "ann\r\nbob\n\nann"),
            kOk)
      << err();
  EXPECT_THAT(out(), AllOf(StartsWith("accounts/shop/privacyRequests/"),
                           HasSubstr("queued erasure, 2 items: 2 waiting; 1 duplicates folded"),
                           HasSubstr("due 2026-04-01T00:00:00Z"),
                           HasSubstr("expected by 2026-03-04T00:00:00Z")));
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(Cli, WarnsOfAnIdentityThatMayNotResolve) {
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "demerge", "--identity", "ann",
                   "--key", "d"}),
            kOk);
  EXPECT_THAT(out(), Not(HasSubstr("warning")));
  const std::string name = CreateOne("k");
  EXPECT_THAT(out(), HasSubstr("; warning: identity may no longer find the profile; erase by "
                               "CleverTap ID (1 item)"));
  EXPECT_EQ(Lethe({"items", name}), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("; warning IDENTITY_MAY_NOT_RESOLVE"));
}

TEST_F(Cli, CreatesFromAFile) {
  const auto file = std::filesystem::path(testing::TempDir()) / "lethe_cli_phones.txt";
  std::ofstream(file) << "+919812345678\n+919812345679\n";
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "disassociation", "--phones-file",
                   file.string(), "--key", "k"}),
            kOk)
      << err();
  EXPECT_THAT(out(), HasSubstr("disassociation, 2 items"));
  std::filesystem::remove(file);
}

TEST_F(Cli, TakesAFileAsSpreadsheetsWriteIt) {
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file",
                   "-", "--key", "k", "--header"},
                  "\xEF\xBB\xBFUser ID\r\n\r\nann\r\n \t\r\nbob\r\n"),
            kOk)
      << err();
  EXPECT_THAT(out(), HasSubstr("erasure, 2 items"));
  EXPECT_EQ(err(), "lethe: the standard input line 1 is skipped as a header: User ID\n");
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file",
                   "-", "--key", "bom"},
                  "\uFEFFann\n"),
            kOk)
      << err();
}

TEST_F(Cli, NoticesAHeader) {
  for (const std::string header : {"identity", "Identity", "User ID", "user_id", "\"Email\",name",
                                   "customer-id;since", "phone", "objectId", "\xEF\xBB\xBFid"}) {
    EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file",
                     "-", "--key", "k"},
                    "\n" + header + "\nann\n"),
              kUsage)
        << header;
    EXPECT_THAT(err(), HasSubstr("the standard input line 2 looks like a header: --header skips"));
    EXPECT_EQ(store_.request_count(), 0);
  }
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file",
                   "-", "--key", "k"},
                  "ann\nidentity\nid@example.com\n"),
            kOk)
      << err();
  EXPECT_THAT(out(), HasSubstr("3 items"));
}

TEST_F(Cli, RefusesFilesThatNoIdentifierCouldBeReadFrom) {
  const auto create = [this](const std::string& text) {
    return Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file", "-",
                  "--key", "k"},
                 text);
  };
  EXPECT_EQ(create(std::string("\xFF\xFE"
                               "a\0\n\0",
                               6)),
            kUsage);
  EXPECT_THAT(err(), HasSubstr("UTF-16"));
  EXPECT_EQ(create("bob\n\"" + std::string(kCanary) + "\n"), kUsage);
  EXPECT_THAT(err(), HasSubstr("line 2 has quotation marks"));
  EXPECT_THAT(err(), Not(HasSubstr(kCanary)));
  EXPECT_EQ(create("bob\n" + std::string(kCanary) + ",Lee\n"), kUsage);
  EXPECT_THAT(err(), HasSubstr("line 2 has several columns"));
  EXPECT_THAT(err(), Not(HasSubstr(kCanary)));
  EXPECT_EQ(store_.request_count(), 0);
}

TEST_F(Cli, SkipsNoPersonForAHeader) {
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file",
                   "-", "--key", "k", "--header"},
                  std::string(kCanary) + "\nbob\n"),
            kUsage);
  EXPECT_THAT(err(),
              AllOf(HasSubstr("line 1 does not look like a header"), Not(HasSubstr(kCanary))));
  EXPECT_EQ(store_.request_count(), 0);
}

TEST_F(Cli, RefusesAnIdentifierThatIsNotUtf8OnTheCommandLine) {
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identity", "Jos\xE9",
                   "--key", "k"}),
            kUsage);
  EXPECT_THAT(err(), AllOf(HasSubstr("not UTF-8"), Not(HasSubstr("Jos"))));
}

TEST_F(Cli, NamesTheLineOfAnIdentifierThatIsRefusedAndNotTheIdentifier) {
  const std::string canary(kCanary);
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identity", canary,
                   "--identity", canary + " ", "--identities-file", "-", "--key", "k"},
                  "ann\n\n" + canary + "\u00A0\r\nbob\n" + canary + "\u200B\n"),
            kFailed);
  EXPECT_THAT(err(), AllOf(HasSubstr("  erasure.identities[1]: WHITE_SPACE_AT_END: must not end"),
                           HasSubstr("  the standard input line 3: WHITE_SPACE_AT_END: must not"),
                           HasSubstr("  the standard input line 5: INVISIBLE_CHARACTER: must not"),
                           Not(HasSubstr(canary))));
  EXPECT_EQ(store_.request_count(), 0);
}

TEST_F(Cli, WarnsOfADueTimeThatHasPassed) {
  const auto create = [this](const std::string& key, const std::string& due) {
    return Lethe({"create", "--account", "shop", "--operation", "erasure", "--identity", "ann",
                  "--key", key, "--due-time", due});
  };
  EXPECT_EQ(create("late", "2026-03-01T00:00:00Z"), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("; warning: the request was due before it was handed in (1 item)"));
  EXPECT_EQ(create("old", "1970-01-01T00:00:00Z"), kFailed);
  EXPECT_THAT(err(), HasSubstr("due_time: DUE_TIME_LONG_PASSED: must not have passed"));
}

TEST_F(Cli, KeepsNothingWhenOnlyValidating) {
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "demerge", "--identity", "ann",
                   "--key", "k", "--validate-only"}),
            kOk);
  EXPECT_THAT(out(), StartsWith("acceptable: queued demerge, 1 item"));
  EXPECT_EQ(store_.request_count(), 0);
}

TEST_F(Cli, SaysWhomCleverTapWouldNotTake) {
  const std::vector<std::string> check = {"create",
                                          "--account",
                                          "shop",
                                          "--key",
                                          "k",
                                          "--operation",
                                          "disassociation",
                                          "--phone",
                                          "+919812345678",
                                          "--phone",
                                          "+919812345679",
                                          "--validate-only",
                                          "--check-with-vendor"};
  EXPECT_EQ(Lethe(check), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("\nCleverTap would take 2 items\n"));

  vendor_check_.AnswerWith(VendorOpinion{
      .taken = 1, .faults = {{.ordinal = 1, .kind = FaultKind::kPermanent, .code = "516"}}});
  EXPECT_EQ(Lethe(check), kFailed);
  EXPECT_THAT(out(), HasSubstr("\nCleverTap would take 1 item, but not:\n"
                               "  1 permanent with code 516\n"));

  vendor_check_.AnswerWith(VendorOpinion{.refused = true, .code = "400"});
  EXPECT_EQ(Lethe(check), kFailed);
  EXPECT_THAT(out(), HasSubstr("\nCleverTap would refuse it as a whole with code 400\n"));
  EXPECT_EQ(store_.request_count(), 0);
}

TEST_F(Cli, ShowsWhatTheServerRefusesWithoutTheIdentifier) {
  EXPECT_EQ(Lethe({"create", "--account", "shop", "--operation", "erasure", "--identities-file",
                   "-", "--key", "k"},
                  std::string("ann\n") + kCanary + "\x01\n"),
            kFailed);
  EXPECT_THAT(err(),
              AllOf(HasSubstr("INVALID_ARGUMENT INVALID_REQUEST: "),
                    HasSubstr("\n  the standard input line 2: CONTROL_CHARACTER: must not have"),
                    Not(HasSubstr(kCanary))));
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Cli, TellsWhenToTryAgain) {
  store_.FailWith(Error{.code = ErrorCode::kResourceExhausted,
                        .reason = "TOO_BUSY",
                        .message = "busy",
                        .retry_after = milliseconds(1500)});
  EXPECT_EQ(Lethe({"get", "accounts/shop/privacyRequests/1"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("RESOURCE_EXHAUSTED TOO_BUSY: busy\n  try again in 1.500s\n"));
}

TEST_F(Cli, RefusesWrongUsageWithoutACall) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"nonsense"},
      {"get"},
      {"list"},
      {"watch"},
      {"create", "--account", "shop", "--operation", "erasure", "--identity", "ann"},
      {"create", "--account", "shop", "--operation", "burn", "--key", "k"},
      {"create", "--account", "shop", "--operation", "disassociation", "--phone", "+919812345678",
       "--key", "k", "--check-with-vendor"},
      {"create", "--account", "shop", "--operation", "erasure", "--phone", "+1", "--key", "k"},
      {"create", "--account", "shop", "--operation", "demerge", "--guid", "g", "--key", "k"},
      {"create", "--account", "shop", "--operation", "disassociation", "--identity", "a", "--key",
       "k"},
      {"create", "--account", "shop", "--operation", "erasure", "--identities-file", "/no/such",
       "--key", "k"},
      {"create", "--account", "shop", "--operation", "erasure", "--identity", "a", "--key", "k",
       "--due-time", "tomorrow"},
  };
  for (const auto& arguments : wrong) {
    EXPECT_EQ(Lethe(arguments), kUsage) << testing::PrintToString(arguments);
    EXPECT_THAT(err(), Not(IsEmpty()));
  }
  server_->Shutdown(std::chrono::seconds(10));
  EXPECT_TRUE(finished().empty());
}

TEST_F(Cli, ExplainsItself) {
  EXPECT_EQ(Lethe({"create", "--help"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("--identities-file"), HasSubstr("shell's history"),
                           HasSubstr("Exit codes")));
}

TEST_F(Cli, GetsListsAndShowsItems) {
  const std::string first = CreateOne("1");
  const std::string second = CreateOne("2");
  Finish(first, BatchState::kRejected);

  EXPECT_EQ(Lethe({"get", first}), kOk);
  EXPECT_THAT(out(),
              StartsWith(first + " rejected erasure, 1 item: 1 rejected; due 2026-04-02T00:00:00Z; "
                                 "completed "));
  EXPECT_EQ(Lethe({"list", "--account", "shop"}), kOk);
  EXPECT_LT(out().find(second), out().find(first));
  EXPECT_EQ(Lethe({"list", "--account", "shop", "--limit", "1"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr(second), Not(HasSubstr(first + ' '))));
  EXPECT_EQ(Lethe({"items", first}), kOk);
  EXPECT_THAT(out(), StartsWith("0 rejected (refused_by_vendor); attempts 1; final "));
  EXPECT_EQ(Lethe({"get", "accounts/shop/privacyRequests/1"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("NOT_FOUND REQUEST_NOT_FOUND"));
}

TEST_F(Cli, PrintsJson) {
  const std::string name = CreateOne("1");
  EXPECT_EQ(Lethe({"get", name, "--json"}), kOk);
  EXPECT_THAT(out(), AllOf(StartsWith("{"), HasSubstr("\"name\": \"" + name + "\""),
                           HasSubstr("\"state\": \"STATE_QUEUED\""), HasSubstr("\"rejected\": 0")));
  EXPECT_EQ(Lethe({"list", "--account", "shop", "--json"}), kOk);
  EXPECT_THAT(out(), HasSubstr("\"privacyRequests\""));
}

TEST_F(Cli, WatchesUntilEverythingHasCompleted) {
  const std::string one = CreateOne("1");
  const std::string two = CreateOne("2");
  Finish(two, BatchState::kDone);
  std::jthread work([&] {
    while (store_.read_count() < 3) std::this_thread::yield();
    Finish(one, BatchState::kDone);
  });
  EXPECT_EQ(Lethe({"watch", one, two, "--interval", "0.01"}), kOk) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr(one + " [....................] 0/1 queued"),
                           HasSubstr(one + " [####################] 1/1 completed"),
                           HasSubstr(two + " [####################] 1/1 completed")));
  EXPECT_THAT(out(), Not(HasSubstr("\x1b[")));
}

TEST_F(Cli, RedrawsOnATerminal) {
  const std::string name = CreateOne("1");
  terminal_ = true;
  std::jthread work([&] {
    while (store_.read_count() < 2) std::this_thread::yield();
    Finish(name, BatchState::kDone);
  });
  EXPECT_EQ(Lethe({"watch", name, "--interval", "0.01"}), kOk);
  EXPECT_THAT(out(), HasSubstr("\x1b[1A"));
}

TEST_F(Cli, EndsTheWatchOfWhatDoesNotComplete) {
  const std::string done = CreateOne("1");
  const std::string review = CreateOne("2");
  Finish(done, BatchState::kDone);
  Finish(review, BatchState::kNeedsReview);
  EXPECT_EQ(Lethe({"watch", done, review}), kFailed);
  EXPECT_THAT(out(), HasSubstr("1 needing review"));
  EXPECT_EQ(Lethe({"watch", "accounts/shop/privacyRequests/1"}), kFailed);
}

TEST_F(Cli, KeepsWatchingWhileTheDatabaseIsAway) {
  const std::string name = CreateOne("1");
  std::jthread work([&] {
    while (store_.read_count() < 1) std::this_thread::yield();
    store_.FailWith(
        Error{.code = ErrorCode::kUnavailable, .reason = "STORE_UNAVAILABLE", .message = "away"});
    while (store_.read_count() < 4) std::this_thread::yield();
    Finish(name, BatchState::kDone);
    store_.FailWith({});
  });
  EXPECT_EQ(Lethe({"watch", name, "--interval", "0.01"}), kOk) << err();
}

TEST_F(Cli, AsksForHealth) {
  EXPECT_EQ(Lethe({"health"}), kOk);
  EXPECT_EQ(out(), "serving\n");
  server_->SetServing(false);
  EXPECT_EQ(Lethe({"health"}), kFailed);
  EXPECT_EQ(out(), "not serving\n");
}

TEST_F(Cli, ReachesThisMachineWithoutTheProxy) {
  ASSERT_EQ(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);  // nothing listens there
  EXPECT_EQ(Lethe({"health"}), kOk) << err();
  ASSERT_EQ(unsetenv("https_proxy"), 0);
}

TEST_F(Cli, SaysWhenThereIsNoServer) {
  server_->Shutdown(std::chrono::seconds(1));
  EXPECT_EQ(Lethe({"health"}), kUnavailable);
  EXPECT_EQ(Lethe({"get", "accounts/shop/privacyRequests/1"}), kUnavailable);
  EXPECT_EQ(Lethe({"watch", "accounts/shop/privacyRequests/1"}), kUnavailable);
  EXPECT_THAT(err(), HasSubstr("UNAVAILABLE"));
}

}  // namespace
}  // namespace lethe::cli
