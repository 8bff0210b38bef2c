#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/api/in_process_server.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class FollowUpCommands : public api::InProcessServer {
 protected:
  /// A request of two people; `bob` is rejected.
  void SetUp() override {
    auto request = Erasure("k", "ann");
    request.mutable_erasure()->add_identities("bob");
    v1::PrivacyRequest created;
    ASSERT_TRUE(Create(request, &created).ok());
    name_ = created.name();
    store_.SetItem(RequestId{std::stoll(name_.substr(name_.rfind('/') + 1))},
                   {.ordinal = 1,
                    .state = BatchState::kRejected,
                    .reason = "refused_by_vendor",
                    .attempt_count = 1,
                    .not_before = {},
                    .accepted_at = {},
                    .window_end = {},
                    .finished_at = clock_.Now()});
  }

  int Lethe(std::vector<std::string> arguments, const std::string& input = "",
            bool interactive = false) {
    return lethe_.Run(server_->port(), std::move(arguments), input, false, interactive);
  }
  std::string out() const { return lethe_.out(); }
  std::string err() const { return lethe_.err(); }

  std::string name_;

 private:
  LetheRunner lethe_;
};

TEST_F(FollowUpCommands, RetryMakesANewRequestOfWhatWasRejected) {
  EXPECT_EQ(Lethe({"retry", name_, "--key", "again", "--yes"}), kOk) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("queued erasure, 1 item"), HasSubstr("; retry of " + name_)));
  const std::string first = out();
  EXPECT_EQ(Lethe({"retry", name_, "--key", "again", "--yes"}), kOk) << "a repeat is the same";
  EXPECT_EQ(out(), first);
  EXPECT_EQ(store_.request_count(), 2);
}

TEST_F(FollowUpCommands, RetryOnlyOfRejectedItemsAndOnlyWhenConfirmed) {
  EXPECT_EQ(Lethe({"retry", name_, "--key", "again", "--ordinals", "0", "--yes"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("NOT_REJECTED"));
  EXPECT_EQ(Lethe({"retry", name_, "--key", "again"}), kUsage);
  EXPECT_EQ(Lethe({"retry", name_, "--key", "again"}, "n\n", true), kFailed);
  EXPECT_THAT(err(), HasSubstr("This makes a new request: queued erasure, 1 item"));
  EXPECT_EQ(store_.request_count(), 1);
}

TEST_F(FollowUpCommands, ExtendMovesTheDueTimeWithinTheLaw) {
  const auto extend = [&](const std::string& due_time) {
    return Lethe({"extend", name_, "--due-time", due_time, "--reason", "OPS-17", "--yes"});
  };
  EXPECT_EQ(extend("soon"), kUsage);
  EXPECT_EQ(extend("2027-03-02T00:00:00Z"), kFailed);
  EXPECT_THAT(err(), HasSubstr("EXTENSION_REFUSED"));
  EXPECT_EQ(extend("2026-05-02T00:00:00Z"), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("; due 2026-05-02T00:00:00Z"));
  EXPECT_EQ(extend("2026-05-03T00:00:00Z"), kFailed) << "the GDPR allows one";
}

TEST_F(FollowUpCommands, APersonIsHeldByAnIdentifierThatIsNoArgument) {
  EXPECT_EQ(Lethe({"hold-person", "--account", "shop", "--reason", "OPS-17", "--yes"}, "ann\n"),
            kOk)
      << err();
  EXPECT_EQ(out(), "accounts/shop: on hold\n");
  EXPECT_THAT(subjects_.decided_by(), SizeIs(1));
  EXPECT_EQ(Lethe({"hold-person", "--account", "shop", "--reason", "OPS-17", "--yes"}, "ann\n"),
            kOk);
  EXPECT_EQ(out(), "accounts/shop: on hold before\n");
  EXPECT_EQ(Lethe({"release-person", "--account", "shop", "--reason", "OPS-17"}, "ann\ny\n", true),
            kOk);
  EXPECT_THAT(err(), HasSubstr("accounts/shop: would be released"));
  EXPECT_EQ(Lethe({"hold-person", "--account", "shop", "--reason", "OPS-17", "--yes"}, ""), kUsage);
  EXPECT_EQ(Lethe({"hold-person", "--account", "nowhere", "--reason", "x", "--yes"}, "ann\n"),
            kFailed);
  EXPECT_EQ(Lethe({"hold-person", "--account", "shop", "--reason", "x", "--yes"}, " ann\n"),
            kFailed);
  EXPECT_THAT(err(), AllOf(HasSubstr("identifier"), testing::Not(HasSubstr(" ann"))));
}

}  // namespace
}  // namespace lethe::cli
