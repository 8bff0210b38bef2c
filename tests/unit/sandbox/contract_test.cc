#include "sandbox/contract.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace lethe::sandbox {
namespace {

using nlohmann::json;

std::string Identities(const std::string& key, int count) {
  json values = json::array();
  for (int i = 0; i < count; ++i) values.push_back("user-" + std::to_string(i));
  return json{{key, values}}.dump();
}

std::string Phones(int count) {
  json records = json::array();
  for (int i = 0; i < count; ++i) {
    records.push_back({{"type", "phone"}, {"value", "+9190000" + std::to_string(10'000 + i)}});
  }
  return json{{"d", records}}.dump();
}

struct BodyCase {
  const char* name;
  Endpoint endpoint;
  std::string body;
  std::optional<Violation> violation;

  friend void PrintTo(const BodyCase& body_case, std::ostream* out) { *out << body_case.name; }
};

class BodyTest : public ::testing::TestWithParam<BodyCase> {};

TEST_P(BodyTest, IsTakenOrRefusedForItsOneReason) {
  const auto& [name, endpoint, body, violation] = GetParam();
  const CheckedCall checked = CheckBody(endpoint, body);
  ASSERT_EQ(checked.refusal.has_value(), violation.has_value());
  if (!violation) return;
  EXPECT_EQ(checked.refusal->violation, violation);
  EXPECT_EQ(checked.refusal->status, 400);
}

const std::string kLimitLong(1024, 'x');
const std::string kTooLong(1025, 'x');

std::string Umlauts(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "ü";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BodyTest,
    ::testing::Values(
        BodyCase{"OneIdentity", Endpoint::kDelete, R"({"identity":["a"]})", {}},
        BodyCase{"TextInsteadOfAnArray", Endpoint::kDelete, R"({"guid":"a"})", {}},
        BodyCase{"AHundred", Endpoint::kDelete, Identities("identity", 100), {}},
        BodyCase{"AHundredAndOne", Endpoint::kDelete, Identities("identity", 101),
                 Violation::kTooManyIdentifiers},
        BodyCase{"AHundredAndOneGuids", Endpoint::kDelete, Identities("guid", 101),
                 Violation::kTooManyIdentifiers},
        BodyCase{"DemergeAHundred", Endpoint::kDemerge, Identities("identities", 100), {}},
        BodyCase{"DemergeAHundredAndOne", Endpoint::kDemerge, Identities("identities", 101),
                 Violation::kTooManyIdentifiers},
        BodyCase{"AThousandPhones", Endpoint::kDisassociate, Phones(1000), {}},
        BodyCase{"AThousandAndOnePhones", Endpoint::kDisassociate, Phones(1001),
                 Violation::kTooManyIdentifiers},
        BodyCase{"BothKinds", Endpoint::kDelete, R"({"identity":["a"],"guid":["b"]})",
                 Violation::kBothKinds},
        BodyCase{"EmptyArray", Endpoint::kDelete, R"({"identity":[]})", Violation::kEmptyArray},
        BodyCase{"EmptyPhones", Endpoint::kDisassociate, R"({"d":[]})", Violation::kEmptyArray},
        BodyCase{"EmptyIdentity", Endpoint::kDelete, R"({"identity":[""]})",
                 Violation::kEmptyArray},
        BodyCase{"DemergeKeyToDelete", Endpoint::kDelete, R"({"identities":["a"]})",
                 Violation::kWrongKey},
        BodyCase{"DeleteKeyToDemerge", Endpoint::kDemerge, R"({"identity":["a"]})",
                 Violation::kWrongKey},
        BodyCase{"GuidToDemerge", Endpoint::kDemerge, R"({"guid":["a"]})", Violation::kWrongKey},
        BodyCase{"IdentityToDisassociate", Endpoint::kDisassociate, R"({"identity":["a"]})",
                 Violation::kWrongKey},
        BodyCase{"UnknownKeyBeside", Endpoint::kDelete, R"({"identity":["a"],"x":1})",
                 Violation::kWrongKey},
        BodyCase{"NoKey", Endpoint::kDelete, "{}", Violation::kWrongKey},
        BodyCase{"TextToDemerge", Endpoint::kDemerge, R"({"identities":"a"})",
                 Violation::kWrongType},
        BodyCase{"NumberAsIdentity", Endpoint::kDelete, R"({"identity":[1]})",
                 Violation::kWrongType},
        BodyCase{"PhoneWithoutType", Endpoint::kDisassociate, R"({"d":[{"value":"+911234567"}]})",
                 Violation::kWrongType},
        BodyCase{"PhoneOfAnotherType", Endpoint::kDisassociate,
                 R"({"d":[{"type":"email","value":"+911234567"}]})", Violation::kWrongType},
        BodyCase{"PhoneWithoutValue", Endpoint::kDisassociate, R"({"d":[{"type":"phone"}]})",
                 Violation::kWrongType},
        BodyCase{"BarePhone", Endpoint::kDisassociate, R"({"d":["+911234567"]})",
                 Violation::kWrongType},
        BodyCase{"Nothing", Endpoint::kDelete, "", Violation::kMalformedJson},
        BodyCase{"CutOff", Endpoint::kDelete, R"({"identity":["a")", Violation::kMalformedJson},
        BodyCase{"NoObject", Endpoint::kDelete, R"(["a"])", Violation::kMalformedJson},
        BodyCase{"NotUtf8", Endpoint::kDelete, "{\"identity\":[\"\xFF\"]}",
                 Violation::kMalformedJson},
        BodyCase{
            "LongestIdentity", Endpoint::kDelete, R"({"identity":[")" + kLimitLong + "\"]}", {}},
        BodyCase{"LongestIdentityOfWideCharacters",
                 Endpoint::kDelete,
                 R"({"identity":[")" + Umlauts(1024) + "\"]}",
                 {}},
        BodyCase{"IdentityTooLong", Endpoint::kDelete, R"({"identity":[")" + kTooLong + "\"]}",
                 Violation::kIdentityTooLong},
        BodyCase{"DemergeIdentityTooLong", Endpoint::kDemerge,
                 R"({"identities":["a",")" + kTooLong + "\"]}", Violation::kIdentityTooLong}),
    [](const auto& test) { return test.param.name; });

TEST(Body, SaysHowManyAreAllowed) {
  const CheckedCall checked = CheckBody(Endpoint::kDelete, Identities("identity", 101));
  EXPECT_EQ(checked.refusal->error, "Max 100 are allowed");
  EXPECT_EQ(checked.size, 101);
}

TEST(Body, KeepsKindAndOrder) {
  const CheckedCall checked = CheckBody(Endpoint::kDelete, R"({"guid":["b","a"]})");
  EXPECT_EQ(checked.call.kind, CallKind::kGuid);
  EXPECT_EQ(checked.call.identifiers, (std::vector<std::string>{"b", "a"}));
}

TEST(Body, CountsDuplicatesAndTakesThem) {
  const CheckedCall checked = CheckBody(Endpoint::kDelete, R"({"identity":["a","b","a","a"]})");
  EXPECT_FALSE(checked.refusal);
  EXPECT_EQ(checked.duplicates, 2);
}

TEST(Body, LeavesInvalidPhonesToTheAnswer) {
  EXPECT_FALSE(
      CheckBody(Endpoint::kDisassociate, R"({"d":[{"type":"phone","value":"x"}]})").refusal);
}

CallHeaders GoodHeaders() { return {"ACCOUNT", "PASS", "application/json; charset=utf-8"}; }

std::optional<Violation> ViolationOf(const CallHeaders& headers) {
  const auto refusal = CheckHeaders(headers, {});
  return refusal ? refusal->violation : std::nullopt;
}

TEST(Headers, TakesBothFormsOfTheContentType) {
  CallHeaders headers = GoodHeaders();
  EXPECT_FALSE(CheckHeaders(headers, {}));
  headers.content_type = "application/json";
  EXPECT_FALSE(CheckHeaders(headers, {}));
}

TEST(Headers, RefusesAnotherContentType) {
  CallHeaders headers = GoodHeaders();
  headers.content_type = "application/x-www-form-urlencoded";
  EXPECT_EQ(ViolationOf(headers), Violation::kWrongContentType);
  EXPECT_EQ(CheckHeaders(headers, {})->status, 400);
  headers.content_type.reset();
  EXPECT_EQ(ViolationOf(headers), Violation::kWrongContentType);
}

TEST(Headers, RefusesMissingCredentials) {
  CallHeaders headers = GoodHeaders();
  headers.account_id.reset();
  EXPECT_EQ(ViolationOf(headers), Violation::kMissingAccountId);
  EXPECT_EQ(CheckHeaders(headers, {})->status, 401);
  headers = GoodHeaders();
  headers.passcode = "";
  EXPECT_EQ(ViolationOf(headers), Violation::kMissingPasscode);
}

TEST(Headers, WrongCredentialsAreNoViolation) {
  CallHeaders headers = GoodHeaders();
  EXPECT_FALSE(CheckHeaders(headers, {"ACCOUNT", "PASS"}));
  for (const Credentials& expected :
       {Credentials("ACCOUNT", "OTHER"), Credentials("OTHER", "PASS")}) {
    const auto refusal = CheckHeaders(headers, expected);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, 401);
    EXPECT_EQ(refusal->error, "Account ID is not valid");
    EXPECT_FALSE(refusal->violation);
  }
}

TEST(Credentials, AreAnyAtFirst) {
  Credentials credentials;
  EXPECT_TRUE(credentials.Take("A", "x"));
  credentials.Set("A", {"x", "y"});
  EXPECT_TRUE(credentials.Take("A", "y"));
  EXPECT_FALSE(credentials.Take("A", "z"));
  EXPECT_TRUE(credentials.Take("B", "z"));
  credentials.Set("A", {});
  EXPECT_FALSE(credentials.Take("A", "x"));
}

TEST(Credentials, CanBeOfOneAccountOnlyAndGrow) {
  Credentials credentials("A", "x");
  EXPECT_FALSE(credentials.Take("B", "x"));
  credentials.Set("B", {"y"});
  EXPECT_TRUE(credentials.Take("A", "x"));
  EXPECT_TRUE(credentials.Take("B", "y"));
}

TEST(Route, KnowsEachEndpointByItsMethodAndPath) {
  for (const Endpoint endpoint : kEndpoints) {
    const bool post = endpoint != Endpoint::kProfile && endpoint != Endpoint::kConnect;
    EXPECT_EQ(std::get<Endpoint>(Route(post ? "POST" : "GET", Path(endpoint))), endpoint);
    EXPECT_EQ(std::get<Refusal>(Route(post ? "GET" : "POST", Path(endpoint))).status, 405);
  }
  for (const char* path : {"", "/", "//", "/1/disassociate//", "/1/delete"}) {
    EXPECT_EQ(std::get<Refusal>(Route("POST", path)).violation, Violation::kWrongPath) << path;
  }
}

TEST(ProfileQuery, NamesExactlyOneProfile) {
  EXPECT_EQ(ReadProfileQuery({{"identity", "a"}})->key, ProfileKey::kIdentity);
  EXPECT_EQ(ReadProfileQuery({{"objectId", "a"}})->key, ProfileKey::kGuid);
  EXPECT_EQ(ReadProfileQuery({{"email", "a"}})->value, "a");
  EXPECT_FALSE(ReadProfileQuery({}));
  EXPECT_FALSE(ReadProfileQuery({{"identity", ""}}));
  EXPECT_FALSE(ReadProfileQuery({{"identity", "a"}, {"email", "b"}}));
}

TEST(Phone, IsE164WithThePlusSign) {
  EXPECT_TRUE(IsPhone("+1234567"));
  EXPECT_TRUE(IsPhone("+123456789012345"));
  for (const char* text : {"", "+", "+123456", "+1234567890123456", "919213231415", "+0123456789",
                           "+12345 678", "+1234567x"}) {
    EXPECT_FALSE(IsPhone(text)) << text;
  }
}

TEST(CheckBody, RefusesABodyThatIsNestedBeyondReason) {
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  for (const std::string& body : {deep, R"({"identity":)" + deep + "}"}) {
    const CheckedCall checked = CheckBody(Endpoint::kDelete, body);
    ASSERT_TRUE(checked.refusal) << body.substr(0, 20);
    EXPECT_EQ(checked.refusal->violation, Violation::kMalformedJson);
  }
}

}  // namespace
}  // namespace lethe::sandbox
