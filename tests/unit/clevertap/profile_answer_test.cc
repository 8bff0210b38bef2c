#include "clevertap/profile_answer.h"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace lethe::clevertap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kFound[] =
    R"({"status":"success","record":{"profileData":{"identity":"u"},)"
    R"("events":{"App Launched":{"count":2,"first_seen":1772000000,"last_seen":1772100000},)"
    R"("Charged":{"count":1,"first_seen":1771000000,"last_seen":1771000000}},)"
    R"("platformInfo":[{"platform":"iOS","objectId":"-a"},{"platform":"Web","objectId":"__gB"}]}})";

LookUpReply Answer(const std::string& body, int status = 200) {
  return ClassifyLookUp({.http_status = status, .body = body});
}

TEST(ClassifyLookUp, AProfileHasItsCleverTapIdsAndItsEarliestEvent) {
  const LookUpReply reply = Answer(kFound);
  EXPECT_EQ(reply.outcome, LookUpOutcome::kFound);
  EXPECT_EQ(reply.http_status, 200);
  EXPECT_THAT(reply.profile.object_ids, ElementsAre(Identifier("-a"), Identifier("__gB")));
  EXPECT_EQ(reply.profile.first_seen, TimePoint(std::chrono::seconds(1'771'000'000)));
}

TEST(ClassifyLookUp, AProfileMayLackAllThatTellsItApart) {
  for (const char* record :
       {R"({"profileData":{}})", R"({"platformInfo":[]})", R"({"events":null})",
        R"({"platformInfo":[{"objectId":""},{"objectId":7},5],"events":{"A":{"first_seen":"x"}}})",
        R"({"platformInfo":{},"events":[]})", R"({"events":{"A":{"first_seen":1772000000000}}})",
        R"({"events":{"A":{"first_seen":0},"B":{"first_seen":-5},"C":7}})"}) {
    const LookUpReply reply =
        Answer(std::string(R"({"status":"success","record":)") + record + "}");
    EXPECT_EQ(reply.outcome, LookUpOutcome::kFound) << record;
    EXPECT_THAT(reply.profile.object_ids, IsEmpty()) << record;
    EXPECT_EQ(reply.profile.first_seen, std::nullopt) << record;
  }
}

TEST(ClassifyLookUp, BothKnownShapesOfNoProfileAreAbsent) {
  for (const char* body :
       {R"({"status":"success","record":null})", R"({"status":"success","record":null,"code":200})",
        R"({"status":"fail"})", R"({"status":"fail","record":null,"code":null,"error":""})",
        R"({"status":"fail","error":"Profile not found","code":404})",
        R"({"status":"fail","error":"..","code":"404"})",
        R"({"status":"fail","error":"No profile for this identity"})",
        R"({"status":"fail","error":"[\"user NOT FOUND\"]"})",
        R"({"status":"fail","error":["the user does not exist"]})"}) {
    EXPECT_EQ(Answer(body).outcome, LookUpOutcome::kAbsent) << body;
  }
}

TEST(ClassifyLookUp, AFailThatSaysSomethingElseIsNotAbsent) {
  struct Row {
    std::string more;
    LookUpOutcome outcome;
  };
  for (const auto& [more, outcome] :
       std::vector<Row>{{R"("code":401)", LookUpOutcome::kBlocked},
                        {R"("code":403)", LookUpOutcome::kBlocked},
                        {R"("code":"429")", LookUpOutcome::kThrottled},
                        {R"("code":500,"error":"Profile not found")", LookUpOutcome::kUnknown},
                        {R"("code":400)", LookUpOutcome::kUnknown},
                        {R"("code":1)", LookUpOutcome::kUnknown},
                        {R"("code":200)", LookUpOutcome::kUnknown},
                        {R"("code":512)", LookUpOutcome::kUnknown},
                        {R"("code":"oops")", LookUpOutcome::kUnknown},
                        {R"("code":-1)", LookUpOutcome::kUnknown},
                        {R"("error":"An unknown error occurred")", LookUpOutcome::kUnknown},
                        {R"("error":["time-out"])", LookUpOutcome::kUnknown},
                        {R"("error":{"text":"Profile not found"})", LookUpOutcome::kUnknown},
                        {R"("error":"Account not found")", LookUpOutcome::kUnknown},
                        {R"("error":"Endpoint not found")", LookUpOutcome::kUnknown},
                        {R"("error":"No user permission")", LookUpOutcome::kUnknown},
                        {R"("error":"User not found in this account")", LookUpOutcome::kUnknown},
                        {R"("error":7)", LookUpOutcome::kUnknown},
                        {R"("record":{"profileData":{}})", LookUpOutcome::kUnknown},
                        {R"("record":{})", LookUpOutcome::kUnknown},
                        {R"("status":"success","record":null)", LookUpOutcome::kUnknown}}) {
    EXPECT_EQ(Answer(R"({"status":"fail",)" + more + "}").outcome, outcome) << more;
  }
}

TEST(ClassifyLookUp, ASuccessThatDeniesItselfIsNoAnswer) {
  for (const std::string record : {R"(null)", R"({"profileData":{}})"}) {
    for (const std::string more :
         {R"("code":500)", R"("code":"401")", R"("error":"An unknown error occurred")",
          R"("record":null)", R"("status":"success")"}) {
      const LookUpReply reply =
          Answer(R"({"status":"success","record":)" + record + "," + more + "}");
      EXPECT_EQ(reply.outcome, LookUpOutcome::kUnknown) << record << more;
      EXPECT_THAT(reply.profile.object_ids, IsEmpty());
    }
  }
}

TEST(ClassifyLookUp, NothingElseThatSays200CountsAsAnAnswer) {
  for (const std::string body :
       {"", "null", "[]", "{}", "true", "success", "<html></html>", R"({"record":null})",
        R"({"status":"success"})", R"({"status":"success","record":{}})",
        R"({"status":"success","record":[]})", R"({"status":"success","record":"gone"})",
        R"({"status":"partial","record":null})", R"({"status":7,"record":null})",
        R"({"status":"success","record":nul)", "\xff\xfe"}) {
    EXPECT_EQ(Answer(body).outcome, LookUpOutcome::kUnknown) << body;
  }
}

TEST(ClassifyLookUp, OnlyAWhole200IsRead) {
  const std::string absent = R"({"status":"success","record":null})";
  for (const int status : {201, 202, 204, 206}) {
    EXPECT_EQ(Answer(absent, status).outcome, LookUpOutcome::kUnknown) << status;
  }
  for (const Ending ending : {Ending::kBroken, Ending::kTimeout, Ending::kTooLarge}) {
    const LookUpReply reply =
        ClassifyLookUp({.ending = ending, .http_status = 200, .body = absent});
    EXPECT_EQ(reply.outcome, LookUpOutcome::kUnknown) << Name(ending);
  }
}

TEST(ClassifyLookUp, AnyOtherStatusIsNoAnswerWhateverTheBodySays) {
  const std::string absent = R"({"status":"success","record":null})";
  struct Row {
    int status;
    LookUpOutcome outcome;
  };
  for (const auto& [status, outcome] : std::vector<Row>{{401, LookUpOutcome::kBlocked},
                                                        {403, LookUpOutcome::kBlocked},
                                                        {404, LookUpOutcome::kBlocked},
                                                        {405, LookUpOutcome::kBlocked},
                                                        {302, LookUpOutcome::kBlocked},
                                                        {429, LookUpOutcome::kThrottled},
                                                        {400, LookUpOutcome::kUnknown},
                                                        {408, LookUpOutcome::kUnknown},
                                                        {500, LookUpOutcome::kUnknown},
                                                        {503, LookUpOutcome::kUnknown}}) {
    EXPECT_EQ(Answer(absent, status).outcome, outcome) << status;
    EXPECT_EQ(Answer(kFound, status).outcome, outcome) << status;
  }
}

TEST(ClassifyLookUp, NoAnswerSaysWhatBroke) {
  const LookUpReply reply = ClassifyLookUp({.ending = Ending::kConnect});
  EXPECT_EQ(reply.outcome, LookUpOutcome::kUnknown);
  EXPECT_EQ(reply.code, "connect");
  EXPECT_EQ(reply.http_status, 0);
}

TEST(ClassifyLookUp, AskedToWaitItSaysSo) {
  const LookUpReply reply =
      ClassifyLookUp({.http_status = 429, .retry_after = std::chrono::seconds(7)});
  EXPECT_EQ(reply.retry_after, std::chrono::seconds(7));
}

TEST(ProfilePath, ValuesAreEncodedAndKindsHaveTheirKey) {
  const auto path = [](IdentifierKind kind, const std::string& value) {
    return ProfilePath({.account = "acme", .kind = kind, .identifier = Identifier(value)});
  };
  EXPECT_EQ(path(IdentifierKind::kPhone, "+919876543210"),
            "/1/profile.json?identity=%2B919876543210");
  EXPECT_EQ(path(IdentifierKind::kIdentity, "a b&c=d/e?f#g%"),
            "/1/profile.json?identity=a%20b%26c%3Dd%2Fe%3Ff%23g%25");
  EXPECT_EQ(path(IdentifierKind::kIdentity, "ü"), "/1/profile.json?identity=%C3%BC");
  EXPECT_EQ(path(IdentifierKind::kGuid, "__g1"), "/1/profile.json?objectId=__g1");
}

TEST(ClassifyLookUp, NestedBeyondReasonItIsUnreadableWhereverItIs) {
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  for (const std::string& body :
       {deep, R"({"status":)" + deep + "}", R"({"status":"success","record":)" + deep + "}",
        R"({"status":"success","record":{"profileData":)" + deep + "}}",
        R"({"status":"success","record":{"platformInfo":)" + deep + "}}",
        R"({"status":"success","record":{"events":{"A":{"first_seen":)" + deep + "}}}}"}) {
    const LookUpReply reply = Answer(body);
    EXPECT_EQ(reply.outcome, LookUpOutcome::kUnknown) << body.substr(0, 40);
    EXPECT_EQ(reply.code, "unreadable") << body.substr(0, 40);
  }
}

}  // namespace
}  // namespace lethe::clevertap
