#include <gmock/gmock.h>

#include "e2e/operators/operators.h"

namespace lethe::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// What compliance asks, of the real programs.
class OperatorsRead : public Operators {
 protected:
  /// With this on the standard input.
  Answer LetheReading(const std::string& input, const std::string& arguments) {
    Process process(
        {"/bin/sh", "-c",
         "printf '%s\\n' '" + input + "' | " LETHE_BIN_DIR "/lethe --server 127.0.0.1:" +
             std::to_string(lethed_->grpc_port()) + ' ' + arguments},
        files_.directory(), "lethe-reading");
    const auto exit = process.Wait(std::chrono::seconds(30));
    return {exit ? exit->code : -1, process.out(), process.err()};
  }
};

TEST_F(OperatorsRead, WhatBecameOfRequestsAndOfAPerson) {
  const std::string done = Create("ticket-4711", Ask::kEraseIdentities, {"ann", "bob"});
  ASSERT_TRUE(Reaches(done, v1::PrivacyRequest::STATE_COMPLETED));
  ASSERT_EQ(Lethe({"pause", "--account", "shop", "--reason", "OPS-19", "--yes"}).exit_code, 0);
  const std::string held = Create("ticket-4712", Ask::kEraseIdentities, {"ann"});
  ASSERT_EQ(Lethe({"hold", held, "--reason", "OPS-19", "--yes"}).exit_code, 0);

  // The outcome is written within a second.
  EXPECT_TRUE(Eventually([&] {
    return Lethe({"list", "--account", "-", "--state", "completed"}).out.find(done) == 0;
  }));
  EXPECT_THAT(Lethe({"list", "--account", "shop", "--held", "--order", "due"}).out,
              StartsWith(held));
  EXPECT_THAT(Lethe({"list", "--account", "-", "--key", "ticket-4711", "--format", "csv"}).out,
              AllOf(HasSubstr(done + ",completed,erasure,identity,2,2,"), Not(HasSubstr(held))));
  EXPECT_THAT(Lethe({"exceptions", "--account", "-"}).out,
              AllOf(HasSubstr(held), HasSubstr("on_hold")));
  const json summary =
      LetheJson({"summary", "--from", "2000-01-01T00:00:00Z", "--until", "2001-01-01T00:00:00Z"});
  EXPECT_TRUE(summary.at("periods").empty());
  EXPECT_EQ(summary.at("open").at(0).at("openCount"), "1");

  const Answer ann = LetheReading("ann", "lookup --reason DSR-1 --format csv");
  EXPECT_EQ(ann.exit_code, 0) << ann.err;
  EXPECT_THAT(ann.out, AllOf(HasSubstr(done + ",0,erasure,done,"),
                             HasSubstr(held + ",0,erasure,held,on_hold,"), Not(HasSubstr("ann"))));
  EXPECT_THAT(LetheReading("nobody", "lookup --reason DSR-1").err, HasSubstr("no request named"));
  EXPECT_EQ(Audit().at(0).at("action"), "ACTION_LOOK_UP");
  EXPECT_EQ(Audit().at(0).at("justification"), "DSR-1");
}

}  // namespace
}  // namespace lethe::test
