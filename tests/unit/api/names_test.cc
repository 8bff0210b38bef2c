#include "api/fields/names.h"

#include <gtest/gtest.h>

#include <string>

#include "api/fields/page_token.h"

namespace lethe::api {
namespace {

TEST(ParseAccountName, TakesSlugs) {
  EXPECT_EQ(ParseAccountName("accounts/a"), "a");
  EXPECT_EQ(ParseAccountName("accounts/shop-eu-2"), "shop-eu-2");
  EXPECT_EQ(ParseAccountName("accounts/" + std::string(63, 'a')), std::string(63, 'a'));
}

TEST(ParseAccountName, RefusesEverythingElse) {
  for (const std::string& bad :
       {std::string(), std::string("accounts"), std::string("accounts/"), std::string("shop"),
        std::string("Accounts/shop"), std::string("accounts/Shop"), std::string("accounts/2shop"),
        std::string("accounts/-shop"), std::string("accounts/shop/"), std::string("accounts/sh_op"),
        std::string("accounts/shop "), std::string("/accounts/shop"),
        "accounts/" + std::string(64, 'a'), std::string("accounts/sh\0p", 13)}) {
    EXPECT_EQ(ParseAccountName(bad), std::nullopt) << bad;
  }
}

TEST(AccountIn, IsThatOfEveryNameThatIsRight) {
  EXPECT_EQ(AccountIn("accounts/shop"), "shop");
  EXPECT_EQ(AccountIn("accounts/shop/privacyRequests/7"), "shop");
  EXPECT_EQ(AccountIn("accounts/shop/reviews/7-4"), "shop");
  EXPECT_EQ(AccountIn("accounts/shop/"), "shop") << "what is wrong behind it is told later";
  EXPECT_EQ(AccountIn("accounts/shop/privacyRequests/7/accounts/bank"), "shop");
}

TEST(AccountIn, IsNoneWhereNoAccountCouldBeNamedSo) {
  for (const char* name :
       {"", "accounts", "accounts/", "accounts//privacyRequests/7", "accounts/-", "accounts/Shop",
        "shop", "/accounts/shop", "accounts/sh op/reviews/1-0", "accounts/*"}) {
    EXPECT_EQ(AccountIn(name), "") << name;
  }
}

TEST(ParseRequestName, IsTheInverseOfFormatting) {
  for (const RequestId id : {RequestId{1}, RequestId{9'223'372'036'854'775'807}}) {
    const auto name = ParseRequestName(FormatRequestName("shop", id));
    EXPECT_EQ(name, (RequestName{"shop", id}));
  }
  EXPECT_EQ(FormatRequestName("shop", RequestId{42}), "accounts/shop/privacyRequests/42");
}

TEST(ParseRequestName, RefusesEverythingElse) {
  for (const char* id : {"", "0", "007", "-1", "+1", " 1", "1 ", "1x", "x", "9223372036854775808",
                         "99999999999999999999999", "1/items", "0x10", "1.0"}) {
    EXPECT_EQ(ParseRequestName(std::string("accounts/shop/privacyRequests/") + id), std::nullopt)
        << id;
  }
  for (const char* bad :
       {"", "accounts/shop", "accounts/Shop/privacyRequests/1", "accounts//privacyRequests/1",
        "shop/privacyRequests/1", "accounts/shop/privacyrequests/1",
        "accounts/a/privacyRequests/1/privacyRequests/2"}) {
    EXPECT_EQ(ParseRequestName(bad), std::nullopt) << bad;
  }
}

TEST(ParseReviewName, IsTheInverseOfFormatting) {
  for (const BatchKey batch :
       {BatchKey{EnvelopeId{1}, 0}, BatchKey{EnvelopeId{9'223'372'036'854'775'807}, 32767}}) {
    EXPECT_EQ(ParseReviewName(FormatReviewName("shop", batch)), (ReviewName{"shop", batch}));
  }
  EXPECT_EQ(FormatReviewName("shop", {EnvelopeId{42}, 7}), "accounts/shop/reviews/42-7");
}

TEST(ParseReviewName, RefusesEverythingElse) {
  for (const char* id :
       {"", "-", "1", "1-", "-1", "0-0", "01-0", "1-00", "1-01", "1--1", "1--0", "1-0-0", "1-32768",
        "9223372036854775808-0", "1-0 ", " 1-0", "1_0", "x-y"}) {
    EXPECT_EQ(ParseReviewName(std::string("accounts/shop/reviews/") + id), std::nullopt) << id;
  }
  EXPECT_EQ(ParseReviewName("accounts/Shop/reviews/1-0"), std::nullopt);
  EXPECT_EQ(ParseReviewName("accounts/shop/privacyRequests/1-0"), std::nullopt);
}

TEST(PageToken, ComesBack) {
  for (const std::int64_t last : {std::int64_t{0}, std::int64_t{9'223'372'036'854'775'807}}) {
    EXPECT_EQ(DecodePageToken("requests/shop", EncodePageToken("requests/shop", last)), last);
  }
}

TEST(PageToken, BelongsToItsQuery) {
  const std::string token = EncodePageToken("requests/shop", 7);
  EXPECT_EQ(DecodePageToken("requests/shop2", token), std::nullopt);
  EXPECT_EQ(DecodePageToken("items/shop", token), std::nullopt);
  EXPECT_EQ(DecodePageToken("", token), std::nullopt);
}

TEST(PageToken, RefusesWhatItHasNotMade) {
  const std::string token = EncodePageToken("q", 7);
  for (const std::string& bad :
       {std::string("x"), std::string("!!!"), std::string("cQ"), token + "=", token + "A",
        token.substr(1), token.substr(0, token.size() - 1), " " + token, std::string(100'000, 'A'),
        std::string("\xFF\xFE"), EncodePageToken("q#7", 7)}) {
    EXPECT_EQ(DecodePageToken("q", bad), std::nullopt) << bad.substr(0, 100);
  }
}

TEST(PageToken, IsSafeInUrls) {
  const std::string token = EncodePageToken("items/accounts/shop/privacyRequests/1?>~", 999);
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

}  // namespace
}  // namespace lethe::api
