#include "api/requests/validation.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "api/requests/list_validation.h"
#include "lethe/limits.h"
#include "support/canary.h"

namespace lethe::api {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr TimePoint kNow{std::chrono::seconds(1'800'000'000)};
using test::kCanary;

v1::CreatePrivacyRequestRequest Create(const std::string& operation, const std::string& more = "") {
  v1::CreatePrivacyRequestRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "parent: 'accounts/shop' idempotency_key: 'k' " + operation + more, &request));
  return request;
}

Result<NewRequest> Validate(const v1::CreatePrivacyRequestRequest& request) {
  return ValidateCreate(request, "anonymous", kNow);
}

std::vector<std::string> FaultyFields(const v1::CreatePrivacyRequestRequest& request) {
  std::vector<std::string> fields;
  const auto result = Validate(request);
  if (result) return fields;
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(result.error().reason, "INVALID_REQUEST");
  for (const auto& violation : result.error().violations) fields.push_back(violation.field);
  return fields;
}

std::vector<std::string> Reasons(const v1::CreatePrivacyRequestRequest& request) {
  std::vector<std::string> reasons;
  const auto result = Validate(request);
  if (result) return reasons;
  for (const auto& violation : result.error().violations) reasons.push_back(violation.reason);
  return reasons;
}

std::string Seconds(const char* field, std::int64_t count, int nanos = 0) {
  return std::string(field) + " { seconds: " + std::to_string(count) +
         " nanos: " + std::to_string(nanos) + " } ";
}

TEST(ValidateCreate, MakesARequestOfEachOperation) {
  const struct {
    const char* operation;
    Operation expected;
    IdentifierKind kind;
  } table[] = {
      {"erasure { identities: 'ann' }", Operation::kErasure, IdentifierKind::kIdentity},
      {"erasure { guids: '__g1' }", Operation::kErasure, IdentifierKind::kGuid},
      {"demerge { identities: 'ann' }", Operation::kDemerge, IdentifierKind::kIdentity},
      {"disassociation { phones: '+919812345678' }", Operation::kDisassociation,
       IdentifierKind::kPhone},
  };
  for (const auto& row : table) {
    const auto result = Validate(Create(row.operation));
    ASSERT_TRUE(result) << row.operation << ": " << result.error().message;
    EXPECT_EQ(result->principal, "anonymous");
    EXPECT_EQ(result->account, "shop");
    EXPECT_EQ(result->idempotency_key, "k");
    EXPECT_EQ(result->operation, row.expected);
    EXPECT_EQ(result->kind, row.kind);
    EXPECT_THAT(result->items, SizeIs(1));
    EXPECT_EQ(result->duplicate_count, 0);
    EXPECT_EQ(result->submit_time, std::nullopt);
    EXPECT_EQ(result->due_time, std::nullopt);
  }
}

TEST(ValidateCreate, FoldsDuplicatesIntoTheirFirstPlace) {
  const auto result =
      Validate(Create("erasure { identities: ['a', 'b', 'a', 'A', 'b', 'a b', 'c'] }"));
  ASSERT_TRUE(result) << result.error().message;
  std::vector<std::string> texts;
  std::vector<int> ordinals;
  for (const NewItem& item : result->items) {
    texts.push_back(item.identifier.Reveal());
    ordinals.push_back(item.ordinal);
  }
  EXPECT_THAT(texts, ElementsAre("a", "b", "A", "a b", "c"));
  EXPECT_THAT(ordinals, ElementsAre(0, 1, 3, 5, 6));
  EXPECT_EQ(result->duplicate_count, 2);
}

TEST(ValidateCreate, NamesTheFieldThatIsWrong) {
  const struct {
    const char* operation;
    const char* field;
  } table[] = {
      {"", "operation"},
      {"erasure {}", "erasure"},
      {"erasure { identities: 'a' guids: 'b' }", "erasure"},
      {"demerge {}", "demerge.identities"},
      {"disassociation {}", "disassociation.phones"},
      {"erasure { identities: ['a', ''] }", "erasure.identities[1]"},
      {"erasure { guids: ['a', 'b', '\\n'] }", "erasure.guids[2]"},
      {"demerge { identities: '\\001' }", "demerge.identities[0]"},
      {"disassociation { phones: ['+1234567', '12'] }", "disassociation.phones[1]"},
  };
  for (const auto& row : table) {
    EXPECT_THAT(FaultyFields(Create(row.operation)), ElementsAre(row.field)) << row.operation;
  }
}

TEST(ValidateCreate, NamesTheRuleThatAnIdentifierBreaks) {
  EXPECT_THAT(
      Reasons(Create("erasure { identities: ['ann@example.com ', 'good', '\\357\\273\\277ann'] }")),
      ElementsAre("WHITE_SPACE_AT_END", "INVISIBLE_CHARACTER"));
  EXPECT_THAT(Reasons(Create("disassociation { phones: '919812345678' }")),
              ElementsAre("NOT_E164"));
}

TEST(ValidateCreate, AsksCleverTapOnlyAboutADisassociationThatIsNotKept) {
  const std::string phones = "disassociation { phones: '+919812345678' }";
  const std::string check = " check_with_vendor: true";
  const std::vector<std::string> refused{"check_with_vendor"};
  EXPECT_EQ(FaultyFields(Create(phones, check + " validate_only: true")),
            std::vector<std::string>{});
  EXPECT_EQ(FaultyFields(Create(phones, check)), refused);
  for (const char* other : {"erasure { identities: 'ann' }", "demerge { identities: 'ann' }"}) {
    EXPECT_EQ(FaultyFields(Create(other, check + " validate_only: true")), refused);
  }
}

TEST(ValidateCreate, ReportsEverythingAtOnce) {
  auto request = Create("erasure { identities: ['', 'good', '\\t'] }",
                        Seconds("submit_time", 1'900'000'000) + Seconds("due_time", 0));
  request.set_parent("shop");
  request.set_idempotency_key("");
  EXPECT_THAT(FaultyFields(request),
              ElementsAre("parent", "idempotency_key", "erasure.identities[0]",
                          "erasure.identities[2]", "submit_time", "due_time"));
}

TEST(ValidateCreate, ShowsTwentyFaultsAndCountsTheRest) {
  auto request = Create("");
  for (int i = 0; i < 20; ++i) request.mutable_demerge()->add_identities("");
  auto result = Validate(request);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().violations, SizeIs(20));
  EXPECT_THAT(result.error().violations.back().description, Not(HasSubstr("more")));

  request.mutable_demerge()->add_identities("");
  request.mutable_demerge()->add_identities("");
  result = Validate(request);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().violations, SizeIs(20));
  EXPECT_THAT(result.error().violations.back().description, EndsWith("(and 2 more)"));
  EXPECT_THAT(result.error().message, HasSubstr("22 fields are wrong"));
}

TEST(ValidateCreate, TakesAThousandIdentifiersAndNotOneMore) {
  auto request = Create("");
  for (int i = 0; i < kMaxIdentifiersPerRequest; ++i) {
    request.mutable_erasure()->add_identities("user-" + std::to_string(i));
  }
  const auto result = Validate(request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(result->items, SizeIs(kMaxIdentifiersPerRequest));

  request.mutable_erasure()->add_identities("user-0");
  EXPECT_THAT(FaultyFields(request), ElementsAre("erasure.identities"));
}

TEST(ValidateCreate, BoundsTheSubmitTimeByNowAndFiveMinutes) {
  const std::int64_t limit = 1'800'000'000 + 300;
  const std::string good = "erasure { identities: 'a' } ";
  EXPECT_THAT(FaultyFields(Create(good, Seconds("submit_time", limit))), IsEmpty());
  EXPECT_THAT(FaultyFields(Create(good, Seconds("submit_time", limit, 1000))),
              ElementsAre("submit_time"));
  EXPECT_THAT(FaultyFields(Create(good, Seconds("submit_time", 0))), IsEmpty());
}

TEST(ValidateCreate, WantsTheDueTimeAfterTheSubmitTime) {
  const std::string good = "erasure { identities: 'a' } ";
  const auto faults = [&](std::int64_t submit, std::int64_t due, int due_nanos) {
    return FaultyFields(
        Create(good, Seconds("submit_time", submit) + Seconds("due_time", due, due_nanos)));
  };
  constexpr std::int64_t kAsked = 1'799'999'000;
  EXPECT_THAT(faults(kAsked, kAsked, 0), ElementsAre("due_time"));
  EXPECT_THAT(faults(kAsked, kAsked - 1, 0), ElementsAre("due_time"));
  EXPECT_THAT(faults(kAsked, kAsked, 1000), IsEmpty());
  EXPECT_THAT(faults(kAsked, kAsked, 999), ElementsAre("due_time"));
}

TEST(ValidateCreate, TakesADueTimeThatPassedWithinTheLegalTermAndNoEarlierOne) {
  const std::string good = "erasure { identities: 'a' } ";
  constexpr std::int64_t kPresent = 1'800'000'000;
  constexpr std::int64_t kDay = 24 * 3600;
  const auto reasons = [&](std::int64_t due, int nanos = 0) {
    return Reasons(Create(good, Seconds("due_time", due, nanos)));
  };
  EXPECT_THAT(reasons(kPresent - 1), IsEmpty());
  EXPECT_THAT(reasons(kPresent - 45 * kDay), IsEmpty());
  EXPECT_THAT(reasons(kPresent - 45 * kDay - 1), ElementsAre("DUE_TIME_LONG_PASSED"));
  EXPECT_THAT(reasons(0), ElementsAre("DUE_TIME_LONG_PASSED"));
  EXPECT_THAT(reasons(-62'135'596'800), ElementsAre("DUE_TIME_LONG_PASSED"));
}

TEST(ValidateCreate, RefusesADueTimeThatIsNoLegalTermAway) {
  const std::string good = "erasure { identities: 'a' } ";
  constexpr std::int64_t kPresent = 1'800'000'000;
  constexpr std::int64_t kDay = 24 * 3600;
  const auto reasons = [&](std::int64_t due, int nanos = 0) {
    return Reasons(Create(good, Seconds("due_time", due, nanos)));
  };
  EXPECT_THAT(reasons(kPresent + 366 * kDay), IsEmpty());
  EXPECT_THAT(reasons(kPresent + 366 * kDay, 1000), ElementsAre("DUE_TIME_TOO_FAR"));
  EXPECT_THAT(reasons(253'402'300'799), ElementsAre("DUE_TIME_TOO_FAR"));
}

TEST(ValidateCreate, RefusesTimestampsOutsideTheirRange) {
  const std::string good = "erasure { identities: 'a' } ";
  constexpr std::int64_t kFirst = -62'135'596'800;
  constexpr std::int64_t kLast = 253'402'300'799;
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(FaultyFields(Create(good, Seconds("submit_time", kFirst))), IsEmpty());
  EXPECT_THAT(FaultyFields(Create(good, Seconds("due_time", kLast, 999'999'999))),
              ElementsAre("due_time"));
  for (const std::string& bad :
       {Seconds("due_time", kFirst - 1), Seconds("due_time", kLast + 1), Seconds("due_time", kHuge),
        Seconds("due_time", -kHuge), Seconds("due_time", 1, -1),
        Seconds("due_time", 1, 1'000'000'000)}) {
    EXPECT_THAT(FaultyFields(Create(good, bad)), ElementsAre("due_time")) << bad;
  }
}

TEST(ValidateCreate, KeepsTimesToTheMicrosecond) {
  const auto result =
      Validate(Create("erasure { identities: 'a' } ", Seconds("submit_time", -2, 123'456'789)));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->submit_time->time_since_epoch().count(), -2'000'000 + 123'456);
}

TEST(ValidateCreate, NeverRepeatsAnIdentifier) {
  for (const std::string& operation :
       {std::string("erasure { identities: '") + kCanary + "\\n' }",
        std::string("erasure { guids: '") + kCanary + "\\n' }",
        std::string("demerge { identities: '") + kCanary + "\\001' }",
        std::string("disassociation { phones: '") + kCanary + "' }",
        std::string("erasure { identities: '") + kCanary + "' guids: '" + kCanary + "' }"}) {
    auto request = Create(operation);
    request.set_idempotency_key(std::string(kCanary) + "\n");
    request.set_parent(kCanary);
    const auto result = Validate(request);
    ASSERT_FALSE(result) << operation;
    EXPECT_THAT(result.error().message, Not(HasSubstr(kCanary)));
    for (const auto& violation : result.error().violations) {
      EXPECT_THAT(violation.field, Not(HasSubstr(kCanary)));
      EXPECT_THAT(violation.description, Not(HasSubstr(kCanary)));
    }
  }
}

TEST(ValidateGet, WantsTheNameOfARequest) {
  v1::GetPrivacyRequestRequest request;
  request.set_name("accounts/shop/privacyRequests/7");
  EXPECT_EQ(ValidateGet(request).value(), (RequestName{"shop", RequestId{7}}));
  request.set_name("accounts/shop");
  const auto result = ValidateGet(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().violations.at(0).field, "name");
}

TEST(ValidateList, CutsPageSizes) {
  const struct {
    int asked;
    int given;
  } table[] = {{0, kDefaultPageSize},
               {1, 1},
               {kMaxPageSize, kMaxPageSize},
               {kMaxPageSize + 1, kMaxPageSize},
               {2'147'483'647, kMaxPageSize}};
  for (const auto& row : table) {
    v1::ListPrivacyRequestsRequest requests;
    requests.set_parent("accounts/shop");
    requests.set_page_size(row.asked);
    EXPECT_EQ(ValidateList(requests).value().page_size, row.given);

    v1::ListPrivacyRequestItemsRequest items;
    items.set_parent("accounts/shop/privacyRequests/7");
    items.set_page_size(row.asked);
    EXPECT_EQ(ValidateListItems(items).value().page_size, row.given);
  }
}

TEST(ValidateList, NamesEveryFieldThatIsWrong) {
  v1::ListPrivacyRequestsRequest requests;
  requests.set_page_size(-1);
  const auto list = ValidateList(requests);
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().violations, SizeIs(2));
  v1::ListPrivacyRequestItemsRequest items;
  items.set_page_size(-1);
  items.set_parent("accounts/shop");
  const auto list_items = ValidateListItems(items);
  ASSERT_FALSE(list_items);
  EXPECT_THAT(list_items.error().violations, SizeIs(2));
}

TEST(ValidateList, GoesOnWhereThePageBeforeEnded) {
  v1::ListPrivacyRequestsRequest requests;
  requests.set_parent("accounts/shop");
  const auto first = ValidateList(requests).value();
  EXPECT_FALSE(first.after);
  requests.set_page_token(NextPageToken(first, RequestPlace{.id = RequestId{42}}));
  EXPECT_EQ(ValidateList(requests).value().after->id, RequestId{42});
  requests.set_parent("accounts/another");
  EXPECT_EQ(ValidateList(requests).error().violations.at(0).field, "page_token");

  v1::ListPrivacyRequestItemsRequest items;
  items.set_parent("accounts/shop/privacyRequests/7");
  const auto first_items = ValidateListItems(items).value();
  EXPECT_EQ(first_items.after_ordinal, -1);
  items.set_page_token(NextPageToken(first_items, 999));
  EXPECT_EQ(ValidateListItems(items).value().after_ordinal, 999);
  items.set_parent("accounts/shop/privacyRequests/8");
  EXPECT_EQ(ValidateListItems(items).error().violations.at(0).field, "page_token");
  items.set_parent("accounts/shop/privacyRequests/7");
  items.set_page_token(NextPageToken(first_items, 1000));
  EXPECT_EQ(ValidateListItems(items).error().violations.at(0).field, "page_token");
}

}  // namespace
}  // namespace lethe::api
