#include "store/intake/request_sealer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "support/key_rings.h"

namespace lethe::store {
namespace {

using crypto::KeyRing;
using crypto::MacPurpose;
using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

NewRequest Erasure(const std::vector<std::string>& identities) {
  NewRequest request{.principal = "anonymous",
                     .account = "acme",
                     .idempotency_key = "k",
                     .operation = Operation::kErasure,
                     .kind = IdentifierKind::kIdentity,
                     .items = {},
                     .submit_time = {},
                     .due_time = {}};
  for (const std::string& identity : identities) {
    request.items.push_back({Identifier(identity), static_cast<int>(request.items.size())});
  }
  return request;
}

class SealRequestTest : public testing::Test {
 protected:
  std::string PayloadOf(const NewRequest& request) {
    return SealRequest(request, keys_).key_forms.front().payload_hmac;
  }

  const KeyRing keys_ = KeyRing::Parse(KeyRing::GenerateFile()).value();
};

TEST_F(SealRequestTest, KeepsWhatIsNotPersonal) {
  NewRequest request = Erasure({"ann", "bob"});
  request.items[1].ordinal = 3;
  request.duplicate_count = 2;
  request.submit_time = TimePoint(hours(480'000));
  request.due_time = TimePoint(hours(480'720));
  const SealedRequest sealed = SealRequest(request, keys_);
  EXPECT_EQ(sealed.principal, "anonymous");
  EXPECT_EQ(sealed.lane, (Lane{"acme", Operation::kErasure, IdentifierKind::kIdentity}));
  EXPECT_EQ(sealed.duplicate_count, 2);
  EXPECT_EQ(sealed.submit_time, request.submit_time);
  EXPECT_EQ(sealed.due_time, request.due_time);
  ASSERT_EQ(sealed.items.size(), 2U);
  EXPECT_EQ(sealed.items[0].ordinal, 0);
  EXPECT_EQ(sealed.items[1].ordinal, 3);
}

TEST_F(SealRequestTest, AnIdentifierOpensForItsAccountOnly) {
  const SealedRequest sealed = SealRequest(Erasure({"somebody"}), keys_);
  EXPECT_THAT(sealed.items[0].sealed, Not(HasSubstr("somebody")));
  EXPECT_EQ(keys_.Open(sealed.items[0].sealed, "acme").value(), Identifier("somebody"));
  EXPECT_FALSE(keys_.Open(sealed.items[0].sealed, "globex").ok());
}

TEST_F(SealRequestTest, EqualIdentifiersHaveOneDigestWhateverTheirKind) {
  NewRequest phones = Erasure({"+4915112345678"});
  phones.account = "globex";
  phones.operation = Operation::kDisassociation;
  phones.kind = IdentifierKind::kPhone;
  const SealedRequest sealed = SealRequest(Erasure({"+4915112345678", "ann"}), keys_);
  EXPECT_EQ(sealed.items[0].digest, SealRequest(phones, keys_).items[0].digest);
  EXPECT_NE(sealed.items[0].digest, sealed.items[1].digest);
}

TEST_F(SealRequestTest, TheKeyIsKeptAsItsMac) {
  const KeyForm form = SealRequest(Erasure({"ann"}), keys_).key_forms.front();
  EXPECT_EQ(form.key_hmac, keys_.OldestMac(MacPurpose::kIdempotencyKey, "k"));
  EXPECT_EQ(form.account_key_hmac, keys_.OldestMac(MacPurpose::kAccountKey, "acme:k"));
}

TEST_F(SealRequestTest, EveryMacIsMadeUnderEveryKeyTheOldestFirst) {
  const KeyRing one = KeyRing::Parse(test::RingFile({1}, {1})).value();
  const KeyRing two = KeyRing::Parse(test::RingFile({1}, {2})).value();
  const NewRequest request = Erasure({"ann"});
  const SealedRequest old = SealRequest(request, one);
  const SealedRequest fresh = SealRequest(request, two);
  for (const std::vector<int>& macs : {std::vector{2, 1}, std::vector{1, 2}}) {
    const SealedRequest both =
        SealRequest(request, KeyRing::Parse(test::RingFile({1}, macs)).value());
    ASSERT_EQ(both.key_forms.size(), 2U);
    for (const auto& [form, alone] : {std::pair(both.key_forms[0], old.key_forms[0]),
                                      std::pair(both.key_forms[1], fresh.key_forms[0])}) {
      EXPECT_EQ(form.key_hmac, alone.key_hmac);
      EXPECT_EQ(form.account_key_hmac, alone.account_key_hmac);
      EXPECT_EQ(form.payload_hmac, alone.payload_hmac);
    }
    EXPECT_EQ(both.items[0].digest, old.items[0].digest);
    EXPECT_EQ(both.items[0].more_digests, std::vector{fresh.items[0].digest});
  }
  EXPECT_TRUE(old.items[0].more_digests.empty());
}

TEST_F(SealRequestTest, ARepeatHasTheSamePayload) {
  NewRequest repeat = Erasure({"ann", "bob"});
  repeat.idempotency_key = "another";
  repeat.principal = "somebody else";
  EXPECT_EQ(PayloadOf(repeat), PayloadOf(Erasure({"ann", "bob"})));
}

TEST_F(SealRequestTest, EveryPartOfThePayloadMakesAnother) {
  const NewRequest original = Erasure({"ann", "bob"});
  std::vector<NewRequest> others(9, original);
  others[0].items.pop_back();
  others[1].items[1].identifier = Identifier("eve");
  others[2].items[1].ordinal = 2;
  others[3].account = "globex";
  others[4].operation = Operation::kDemerge;
  others[5].kind = IdentifierKind::kGuid;
  others[6].submit_time = TimePoint(hours(480'000));
  others[7].due_time = TimePoint(hours(480'000));
  others[8].duplicate_count = 1;
  for (std::size_t i = 0; i < others.size(); ++i) {
    EXPECT_NE(PayloadOf(others[i]), PayloadOf(original)) << i;
  }
  EXPECT_NE(PayloadOf(others[6]), PayloadOf(others[7]));
}

TEST_F(SealRequestTest, PayloadsThatReadTheSameInARowDiffer) {
  EXPECT_NE(PayloadOf(Erasure({"ab", "c"})), PayloadOf(Erasure({"a", "bc"})));
  EXPECT_NE(PayloadOf(Erasure({"a", "1:b"})), PayloadOf(Erasure({"a1:b"})));
}

// A repeat may reach the release after the one that kept the original: this text never changes.
TEST_F(SealRequestTest, ThePayloadIsEncodedAsInEveryRelease) {
  NewRequest request = Erasure({"ann"});
  request.items[0].ordinal = 4;
  request.duplicate_count = 7;
  request.due_time = TimePoint(std::chrono::seconds(1));
  EXPECT_EQ(PayloadOf(request), keys_.OldestMac(MacPurpose::kPayload,
                                                "4:acme7:erasure8:identity0:7:10000001:43:ann1:7"));
}

}  // namespace
}  // namespace lethe::store
