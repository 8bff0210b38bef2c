#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "lethe/operation_traits.h"
#include "lethe/vendor.h"
#include "worlds.h"

namespace lethe {
namespace {

using ::testing::IsEmpty;

constexpr Operation kErasure = Operation::kErasure;
constexpr Operation kDisassociation = Operation::kDisassociation;

std::vector<Identifier> Numbered(int count) {
  std::vector<Identifier> identifiers;
  for (int i = 0; i < count; ++i)
    identifiers.emplace_back("+" + std::to_string(91'921'000'000 + i));
  return identifiers;
}

template <typename World>
class VendorClientContract : public ::testing::Test {
 protected:
  VendorReply Send(Operation operation, IdentifierKind kind,
                   const std::vector<Identifier>& identifiers,
                   std::string_view account = kAccount) {
    return world_.client().Send(
        {.account = account, .operation = operation, .kind = kind, .identifiers = identifiers});
  }

  VendorReply Erase(const std::vector<Identifier>& identifiers) {
    return Send(kErasure, IdentifierKind::kIdentity, identifiers);
  }

  VendorReply Disassociate(const std::vector<Identifier>& identifiers) {
    return Send(kDisassociation, IdentifierKind::kPhone, identifiers);
  }

  World world_;
};

using Worlds = ::testing::Types<FakeWorld, SandboxWorld>;
TYPED_TEST_SUITE(VendorClientContract, Worlds);

TYPED_TEST(VendorClientContract, CarriesOutWhatTheOperationTakesAndNothingElse) {
  int effects = 0;
  for (const Operation operation : kAll<Operation>) {
    for (const auto kind :
         {IdentifierKind::kIdentity, IdentifierKind::kGuid, IdentifierKind::kPhone}) {
      const VendorReply reply = this->Send(operation, kind, Numbered(3));
      const bool takes = Takes(operation, kind);
      effects += takes ? 3 : 0;
      EXPECT_EQ(reply.outcome, takes ? OutcomeClass::kAccepted : OutcomeClass::kRefused);
      EXPECT_EQ(reply.http_status, takes ? 200 : 0);
      EXPECT_THAT(reply.faults, IsEmpty());
      EXPECT_EQ(this->world_.Effects(), effects) << Name(operation) << ' ' << Name(kind);
    }
  }
}

TYPED_TEST(VendorClientContract, TakesAFullEnvelopeAndNotOneMore) {
  const struct {
    Operation operation;
    IdentifierKind kind;
  } routes[] = {{kErasure, IdentifierKind::kIdentity},
                {kErasure, IdentifierKind::kGuid},
                {Operation::kDemerge, IdentifierKind::kIdentity},
                {kDisassociation, IdentifierKind::kPhone}};
  int effects = 0;
  for (const auto& [operation, kind] : routes) {
    const int capacity = EnvelopeCapacity(operation);
    EXPECT_EQ(this->Send(operation, kind, Numbered(capacity)).outcome, OutcomeClass::kAccepted);
    effects += capacity;
    EXPECT_EQ(this->world_.Effects(), effects);
    EXPECT_EQ(this->Send(operation, kind, Numbered(capacity + 1)).outcome, OutcomeClass::kRefused);
    EXPECT_EQ(this->world_.Effects(), effects);
  }
}

TYPED_TEST(VendorClientContract, RefusesAnEmptyCall) {
  const VendorReply reply = this->Erase({});
  EXPECT_EQ(reply.outcome, OutcomeClass::kRefused);
  EXPECT_EQ(reply.http_status, 0);
}

TYPED_TEST(VendorClientContract, HasNowhereToSendForAnUnknownAccount) {
  const VendorReply reply =
      this->Send(kErasure, IdentifierKind::kIdentity, Numbered(1), "somebody-else");
  EXPECT_EQ(reply.outcome, OutcomeClass::kMisconfigured);
  EXPECT_EQ(reply.http_status, 0);
  EXPECT_EQ(this->world_.Effects(), 0);
}

TYPED_TEST(VendorClientContract, TellsWhetherSomethingMayHaveHappened) {
  const struct {
    Trouble trouble;
    OutcomeClass outcome;
    int http_status;
    bool takes_effect;
  } cases[] = {{Trouble::kReplyLost, OutcomeClass::kUnknown, 0, true},
               {Trouble::kRequestLost, OutcomeClass::kUnknown, 0, false},
               {Trouble::kServerErrorAfterEffect, OutcomeClass::kUnknown, 503, true},
               {Trouble::kThrottled, OutcomeClass::kThrottled, 429, false},
               {Trouble::kCredentialsRefused, OutcomeClass::kAccountBlocked, 401, false},
               {Trouble::kPayloadRefused, OutcomeClass::kRefused, 400, false}};
  int effects = 0;
  for (const auto& [trouble, outcome, http_status, takes_effect] : cases) {
    this->world_.Strike(trouble);
    const VendorReply reply = this->Erase(Numbered(2));
    EXPECT_EQ(Name(reply.outcome), Name(outcome));
    EXPECT_EQ(reply.http_status, http_status);
    EXPECT_THAT(reply.faults, IsEmpty());
    effects += takes_effect ? 2 : 0;
    EXPECT_EQ(this->world_.Effects(), effects) << Name(outcome);
  }
}

TYPED_TEST(VendorClientContract, NeverSendsTwiceForOneCall) {
  ASSERT_EQ(this->Erase(Numbered(2)).outcome, OutcomeClass::kAccepted);
  this->world_.Strike(Trouble::kReplyLost);
  EXPECT_EQ(this->Erase(Numbered(2)).outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(this->world_.Effects(), 4);
}

TYPED_TEST(VendorClientContract, IsAsGoodAsNewAfterEveryTrouble) {
  int effects = 0;
  for (const Trouble trouble : {Trouble::kRequestLost, Trouble::kThrottled,
                                Trouble::kCredentialsRefused, Trouble::kPayloadRefused}) {
    this->world_.Strike(trouble);
    EXPECT_NE(this->Erase(Numbered(1)).outcome, OutcomeClass::kAccepted);
    EXPECT_EQ(this->Erase(Numbered(1)).outcome, OutcomeClass::kAccepted);
    EXPECT_EQ(this->world_.Effects(), ++effects);
  }
}

TYPED_TEST(VendorClientContract, HandsRetryAfterOn) {
  this->world_.Strike(Trouble::kThrottled);
  EXPECT_EQ(this->Erase(Numbered(1)).retry_after, milliseconds(kRetryAfter));
  EXPECT_EQ(this->Erase(Numbered(1)).retry_after, std::nullopt);
}

TYPED_TEST(VendorClientContract, NamesTheFaultyIdentifiersOfAPartialAnswerInOrder) {
  std::vector<Identifier> phones = Numbered(5);
  phones[1] = Identifier(kNoPhone);
  phones[3] = Identifier(kNoPhone);
  const VendorReply reply = this->Disassociate(phones);
  EXPECT_EQ(reply.outcome, OutcomeClass::kPartial);
  EXPECT_EQ(reply.faults, (std::vector<Fault>{{1, FaultKind::kPermanent, "516"},
                                              {3, FaultKind::kPermanent, "516"}}));
  EXPECT_EQ(this->world_.Effects(), 3);
}

TYPED_TEST(VendorClientContract, ADryRunSaysTheSameAndDoesNothing) {
  std::vector<Identifier> phones = Numbered(3);
  const auto check = [&](Operation operation, IdentifierKind kind) {
    return this->world_.client().Send({.account = kAccount,
                                       .operation = operation,
                                       .kind = kind,
                                       .identifiers = phones,
                                       .dry_run = true});
  };
  EXPECT_EQ(check(kDisassociation, IdentifierKind::kPhone).outcome, OutcomeClass::kAccepted);
  phones[1] = Identifier(kNoPhone);
  const VendorReply partial = check(kDisassociation, IdentifierKind::kPhone);
  EXPECT_EQ(partial.outcome, OutcomeClass::kPartial);
  EXPECT_EQ(partial.faults, (std::vector<Fault>{{1, FaultKind::kPermanent, "516"}}));
  for (const Operation operation : {kErasure, Operation::kDemerge}) {
    const VendorReply refused = check(operation, IdentifierKind::kIdentity);
    EXPECT_EQ(refused.outcome, OutcomeClass::kRefused);
    EXPECT_EQ(refused.http_status, 0);
  }
  EXPECT_EQ(this->world_.Effects(), 0);
}

TYPED_TEST(VendorClientContract, AProbeTellsWhetherTheCredentialsAreRight) {
  const struct {
    int status;
    OutcomeClass outcome;
  } cases[] = {{401, OutcomeClass::kAccountBlocked}, {403, OutcomeClass::kMisconfigured},
               {404, OutcomeClass::kMisconfigured},  {405, OutcomeClass::kMisconfigured},
               {429, OutcomeClass::kThrottled},      {503, OutcomeClass::kUnknown}};
  EXPECT_EQ(this->world_.client().Probe(kAccount).outcome, OutcomeClass::kAccepted);
  for (const auto& [status, outcome] : cases) {
    this->world_.AnswerNextProbe(status, outcome);
    const VendorReply reply = this->world_.client().Probe(kAccount);
    EXPECT_EQ(Name(reply.outcome), Name(outcome));
    EXPECT_EQ(reply.http_status, status);
  }
  EXPECT_EQ(this->world_.client().Probe(kAccount).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(this->world_.Effects(), 0);
}

TYPED_TEST(VendorClientContract, AProbeOfAnUnknownAccountHasNothingToAsk) {
  EXPECT_EQ(this->world_.client().Probe("somebody-else").outcome, OutcomeClass::kMisconfigured);
}

TYPED_TEST(VendorClientContract, MayBeCalledFromManyThreads) {
  constexpr int kThreads = 3;  // CleverTap refuses a fourth call at once.
  constexpr int kCalls = 20;
  std::atomic<int> accepted = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < kCalls; ++call) {
        if (this->Erase(Numbered(2)).outcome == OutcomeClass::kAccepted) ++accepted;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(accepted, kThreads * kCalls);
  EXPECT_EQ(this->world_.Effects(), 2 * kThreads * kCalls);
}

}  // namespace
}  // namespace lethe
