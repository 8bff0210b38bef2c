#include "core/vendor_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_vendor.h"

namespace lethe::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Route kRoute{"acme", Operation::kDisassociation};

NewRequest Phones(const std::vector<std::string>& phones) {
  NewRequest request{.principal = "anonymous",
                     .account = "acme",
                     .idempotency_key = "k",
                     .operation = Operation::kDisassociation,
                     .kind = IdentifierKind::kPhone,
                     .items = {},
                     .submit_time = {},
                     .due_time = {}};
  // As after folding: ordinals are not indices.
  for (const std::string& phone : phones) {
    request.items.push_back({Identifier(phone), 10 * static_cast<int>(request.items.size())});
  }
  return request;
}

class VendorCheckerTest : public testing::Test {
 protected:
  Result<VendorOpinion> Check() { return checker_.Check(Phones({"+1", "+2", "+3"})); }

  void ExpectUnavailable(const std::string& reason, milliseconds retry_after) {
    const auto opinion = Check();
    ASSERT_FALSE(opinion.ok()) << reason;
    EXPECT_EQ(opinion.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(opinion.error().reason, reason);
    EXPECT_EQ(opinion.error().retry_after, retry_after) << reason;
  }

  bool HasFreeSlot() {
    const auto offer = queue_.Lease({.route = kRoute, .lease = 1s});
    if (!offer.ok() || !offer->lease) return false;
    return queue_.Free(*offer->lease, {}).ok();
  }

  fakes::FakeClock clock_;
  fakes::FakeDeliveryQueue queue_{clock_};
  fakes::FakeVendor vendor_{{"acme"}};
  VendorChecker checker_{{.slots = queue_, .vendor = vendor_, .clock = clock_},
                         {.lease = 90s, .call_timeout = 30s}};
};

TEST_F(VendorCheckerTest, AsksByADryRunThroughASlot) {
  queue_.SetConcurrency(1);
  fakes::Behaviour accepts = fakes::Accepts();
  accepts.before_effect = [&] { EXPECT_FALSE(HasFreeSlot()); };
  vendor_.Script(accepts);
  const auto opinion = Check();
  ASSERT_TRUE(opinion.ok()) << opinion.error().message;
  EXPECT_EQ(*opinion, VendorOpinion{.taken = 3});
  ASSERT_THAT(vendor_.calls(), SizeIs(1));
  EXPECT_TRUE(vendor_.calls()[0].dry_run);
  EXPECT_THAT(vendor_.calls()[0].identifiers,
              ElementsAre(Identifier("+1"), Identifier("+2"), Identifier("+3")));
  EXPECT_EQ(vendor_.TotalEffectCount(), 0);
  EXPECT_TRUE(HasFreeSlot());
}

TEST_F(VendorCheckerTest, NamesTheFaultyByTheirOrdinal) {
  vendor_.Script(
      fakes::FindsFaults({{0, FaultKind::kPermanent, "516"}, {2, FaultKind::kUnaccountable, ""}}));
  EXPECT_EQ(Check().value(), (VendorOpinion{.taken = 1,
                                            .faults = {{0, FaultKind::kPermanent, "516"},
                                                       {20, FaultKind::kUnaccountable, ""}}}));
}

TEST_F(VendorCheckerTest, ARefusalOfTheWholeIsAnAnswer) {
  vendor_.Script(fakes::RefusesWhole());
  EXPECT_EQ(Check().value(), (VendorOpinion{.refused = true, .code = "400"}));
  vendor_.Script(
      {.takes_effect = false, .reply = {.outcome = OutcomeClass::kRefused, .code = "unsendable"}});
  EXPECT_EQ(Check().value(), VendorOpinion{.refused = true});
}

TEST_F(VendorCheckerTest, AnyOtherAnswerIsUnavailable) {
  vendor_.Script(fakes::RefusesCredentials());
  ExpectUnavailable("ACCOUNT_BLOCKED", kBlockedRetry);
  vendor_.Script(fakes::ConnectFails());
  ExpectUnavailable("VENDOR_UNAVAILABLE", kUnavailableRetry);
  vendor_.Script(fakes::ServerErrorWithoutEffect());
  ExpectUnavailable("VENDOR_UNAVAILABLE", kUnavailableRetry);
  EXPECT_TRUE(HasFreeSlot());
}

TEST_F(VendorCheckerTest, ABusyVendorGivesTheSlotARest) {
  queue_.SetConcurrency(1);
  vendor_.Script(fakes::Throttles(7s));
  ExpectUnavailable("VENDOR_BUSY", 7s);
  ExpectUnavailable("VENDOR_BUSY", kBusyRetry);
  EXPECT_THAT(vendor_.calls(), SizeIs(1));
  clock_.Advance(7s);
  EXPECT_TRUE(Check().ok());
}

TEST_F(VendorCheckerTest, AsksNothingWithoutAFreeSlot) {
  queue_.SetConcurrency(1);
  ASSERT_TRUE(queue_.Lease({.route = kRoute, .lease = 60s}).value().lease);
  ExpectUnavailable("VENDOR_BUSY", kBusyRetry);
  EXPECT_THAT(vendor_.calls(), IsEmpty());
}

/// Slots that take their time.
class SlowSlots final : public CallSlots {
 public:
  SlowSlots(fakes::FakeClock& clock, CallSlots& slots) : clock_(clock), slots_(slots) {}

  Result<SlotOffer> Lease(const LeaseParams& params) override {
    auto offer = slots_.Lease(params);
    clock_.Advance(60s);
    return offer;
  }
  Status Free(const SlotLease& lease, const SlotEnd& end) override {
    ++freed;
    return slots_.Free(lease, end);
  }
  int freed = 0;

 private:
  fakes::FakeClock& clock_;
  CallSlots& slots_;
};

TEST_F(VendorCheckerTest, AsksNothingThatCouldOutliveItsLease) {
  SlowSlots slow(clock_, queue_);
  VendorChecker checker({.slots = slow, .vendor = vendor_, .clock = clock_},
                        {.lease = 90s, .call_timeout = 30s});
  const auto opinion = checker.Check(Phones({"+1"}));
  ASSERT_FALSE(opinion.ok());
  EXPECT_EQ(opinion.error().reason, "VENDOR_BUSY");
  EXPECT_THAT(vendor_.calls(), IsEmpty());
  EXPECT_EQ(slow.freed, 1);
}

}  // namespace
}  // namespace lethe::core
