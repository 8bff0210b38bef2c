#include "clevertap/accounting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "clevertap/answer.h"

namespace lethe {

// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest looks for.
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << '{' << fault.index << ' ' << static_cast<int>(fault.kind) << " \"" << fault.code << "\"}";
}

namespace clevertap {
namespace {

using enum OutcomeClass;
using enum FaultKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

VendorReply Disassociate(const std::vector<std::string>& phones, std::string body) {
  const std::vector<Identifier> identifiers(phones.begin(), phones.end());
  return Classify({.account = "acme",
                   .operation = Operation::kDisassociation,
                   .kind = IdentifierKind::kPhone,
                   .identifiers = identifiers},
                  {.body_left = true, .http_status = 200, .body = std::move(body)});
}

std::string Record(const std::string& phone, const std::string& code = "516") {
  return R"({"status":"fail","code":)" + code + R"(,"error":"Phone 1 is invalid","record":)" +
         R"({"type":"phone","value":")" + phone + "\"}}";
}

std::string Body(const std::string& status, int processed, const std::string& records) {
  return R"({"status":")" + status + R"(","processed":)" + std::to_string(processed) +
         R"(,"unprocessed":[)" + records + "]}";
}

TEST(Accounting, AcceptsASuccessThatAddsUp) {
  const VendorReply reply = Disassociate({"+1", "+2"}, Body("success", 2, ""));
  EXPECT_EQ(reply.outcome, kAccepted);
  EXPECT_THAT(reply.faults, IsEmpty());
}

TEST(Accounting, TellsThePhonesOfAPartialAnswerApart) {
  for (const std::string status : {"partial", "success"}) {
    const VendorReply reply = Disassociate({"+1", "+2", "+3"}, Body(status, 2, Record("+2")));
    EXPECT_EQ(reply.outcome, kPartial);
    EXPECT_THAT(reply.faults, ElementsAre(Fault{1, kPermanent, "516"}));
  }
}

TEST(Accounting, MatchesByValueAndNotByTheOrderOrTheNumberInTheText) {
  const VendorReply reply = Disassociate(
      {"+1", "+2", "+3"}, Body("partial", 1, Record("+3", "555") + "," + Record("+2")));
  EXPECT_THAT(reply.faults, ElementsAre(Fault{1, kPermanent, "516"}, Fault{2, kTransient, "555"}));
}

TEST(Accounting, ReadsCodesAsNumbersAndAsText) {
  const struct {
    std::string code;
    FaultKind kind;
    std::string kept;
  } cases[] = {{"516", kPermanent, "516"},        {"\"516\"", kPermanent, "516"},
               {"523", kPermanent, "523"},        {"508", kUnaccountable, "508"},
               {"509", kPermanent, "509"},        {"535", kPermanent, "535"},
               {"536", kUnaccountable, "536"},    {"555", kTransient, "555"},
               {"\"555\"", kTransient, "555"},    {"\"0516\"", kUnaccountable, ""},
               {"1", kUnaccountable, "1"},        {"500", kUnaccountable, "500"},
               {"null", kUnaccountable, ""},      {"\"bad +2\"", kUnaccountable, ""},
               {"9192132314", kUnaccountable, ""}};
  for (const auto& [code, kind, kept] : cases) {
    const VendorReply reply = Disassociate({"+1", "+2"}, Body("partial", 1, Record("+2", code)));
    EXPECT_EQ(reply.outcome, kPartial);
    EXPECT_THAT(reply.faults, ElementsAre(Fault{1, kind, kept})) << code;
  }
}

TEST(Accounting, AFailWithoutExplanationIsARefusalOfTheWhole) {
  for (const std::string& body : {Body("fail", 0, ""), std::string(R"({"status":"fail"})"),
                                  std::string(R"({"status":"fail","unprocessed":[]})"),
                                  std::string(R"({"status":"fail","processed":0})")}) {
    EXPECT_EQ(Disassociate({"+1", "+2"}, body).outcome, kRefused) << body;
  }
}

TEST(Accounting, AnExplanationForEveryoneIsPartialWhateverTheStatus) {
  for (const std::string status : {"fail", "partial", "success"}) {
    const VendorReply reply =
        Disassociate({"+1", "+2"}, Body(status, 0, Record("+1") + "," + Record("+2", "555")));
    EXPECT_EQ(reply.outcome, kPartial);
    EXPECT_THAT(reply.faults,
                ElementsAre(Fault{0, kPermanent, "516"}, Fault{1, kTransient, "555"}));
  }
}

TEST(Accounting, AFailCountsNoNumberAsTaken) {
  EXPECT_THAT(Disassociate({"+1", "+2"}, Body("fail", 1, Record("+2"))).faults,
              ElementsAre(Fault{0, kUnaccountable, ""}, Fault{1, kPermanent, "516"}));
  EXPECT_THAT(Disassociate({"+1", "+2"}, Body("fail", 2, "")).faults,
              ElementsAre(Fault{0, kUnaccountable, ""}, Fault{1, kUnaccountable, ""}));
}

TEST(Accounting, NumbersThatDoNotAddUpLeaveTheUnexplainedUnaccountable) {
  const struct {
    std::string body;
  } cases[] = {
      {Body("partial", 0, Record("+2"))},
      {Body("partial", 1, Record("+2"))},
      {Body("partial", 3, Record("+2"))},
      {Body("success", 1, Record("+2"))},
      {Body("partial", 2, Record("+2") + "," + Record("+9"))},
      {Body("partial", 2, Record("+2") + ",{\"status\":\"fail\",\"code\":516}")},
      {Body("partial", 2, Record("+2") + ",null")},
      {Body("partial", 2, Record("+2") + ",{\"record\":\"+1\"}")},
      {Body("partial", 2, Record("+2") + ",{\"record\":{\"value\":1}}")},
      {R"({"status":"partial","unprocessed":[)" + Record("+2") + "]}"},
      {R"({"status":"success","unprocessed":[)" + Record("+2") + "]}"},
  };
  for (const auto& [body] : cases) {
    const VendorReply reply = Disassociate({"+1", "+2", "+3"}, body);
    EXPECT_EQ(reply.outcome, kPartial) << body;
    EXPECT_THAT(reply.faults, ElementsAre(Fault{0, kUnaccountable, ""}, Fault{1, kPermanent, "516"},
                                          Fault{2, kUnaccountable, ""}))
        << body;
  }
}

TEST(Accounting, CountsWithoutAnExplanationLeaveAllUnaccountable) {
  for (const std::string& body :
       {Body("success", 0, ""), Body("success", 1, ""), Body("success", 3, ""),
        Body("partial", 1, ""), Body("partial", 2, ""), Body("partial", 0, ""),
        std::string(R"({"status":"partial"})"), Body("success", 1, Record("+9"))}) {
    const VendorReply reply = Disassociate({"+1", "+2"}, body);
    EXPECT_EQ(reply.outcome, kPartial) << body;
    EXPECT_THAT(reply.faults,
                ElementsAre(Fault{0, kUnaccountable, ""}, Fault{1, kUnaccountable, ""}))
        << body;
  }
}

TEST(Accounting, ARecordThatComesTwiceIsOneFault) {
  EXPECT_THAT(
      Disassociate({"+1", "+2"}, Body("partial", 1, Record("+2") + "," + Record("+2"))).faults,
      ElementsAre(Fault{1, kPermanent, "516"}));
  EXPECT_THAT(Disassociate({"+1", "+2"},
                           Body("partial", 1, Record("+2", "516") + "," + Record("+2", "555")))
                  .faults,
              ElementsAre(Fault{1, kUnaccountable, ""}));
}

TEST(Accounting, ARecordThatSaysSuccessTellsNothing) {
  const std::string record =
      R"({"status":"success","code":516,"record":{"type":"phone","value":"+2"}})";
  EXPECT_THAT(Disassociate({"+1", "+2"}, Body("partial", 1, record)).faults,
              ElementsAre(Fault{1, kUnaccountable, "516"}));
}

TEST(Accounting, KeepsTheCodeThatTheRecordsShareWhereTheAnswerHasNone) {
  const auto code = [](const std::string& body) { return Disassociate({"+1", "+2"}, body).code; };
  const std::string nameless = R"({"status":"fail","code":516})";
  EXPECT_EQ(Disassociate({"+1"}, Body("fail", 0, Record("+1"))).code, "516");
  EXPECT_EQ(code(Body("partial", 1, Record("+2", "536"))), "536");
  EXPECT_EQ(code(Body("fail", 0, Record("+1") + "," + Record("+2"))), "516");
  EXPECT_EQ(code(Body("partial", 1, Record("+9"))), "516");
  EXPECT_EQ(code(Body("partial", 1, nameless)), "516");
  EXPECT_EQ(code(Body("partial", 1, nameless + ",null," + Record("+2", "null"))), "516");
  EXPECT_EQ(
      code(R"({"status":"partial","code":400,"processed":1,"unprocessed":[)" + nameless + "]}"),
      "400");
  EXPECT_EQ(code(Body("fail", 0, Record("+1") + "," + Record("+2", "555"))), "");
  EXPECT_EQ(code(Body("partial", 1, Record("+2", "9192132314"))), "");
  EXPECT_EQ(code(Body("partial", 1, Record("+2", "\"bad +2\""))), "");
}

TEST(Accounting, APhoneThatWasSentTwiceHasOneAnswer) {
  EXPECT_THAT(Disassociate({"+2", "+1", "+2"}, Body("partial", 1, Record("+2"))).faults,
              ElementsAre(Fault{0, kPermanent, "516"}, Fault{2, kPermanent, "516"}));
  for (const int processed : {1, 2}) {
    EXPECT_EQ(Disassociate({"+1", "+1"}, Body("success", processed, "")).outcome, kAccepted);
  }
  for (const int processed : {0, 3}) {
    EXPECT_EQ(Disassociate({"+1", "+1"}, Body("success", processed, "")).outcome, kPartial);
  }
}

TEST(Accounting, AnAnswerOfAnotherShapeIsUnknown) {
  for (const std::string body : {R"({"status":"success","processed":"2","unprocessed":[]})",
                                 R"({"status":"success","processed":-2,"unprocessed":[]})",
                                 R"({"status":"success","processed":1.5,"unprocessed":[]})",
                                 R"({"status":"success","processed":null,"unprocessed":[]})",
                                 R"({"status":"success","processed":2,"unprocessed":{}})",
                                 R"({"status":"success","processed":2,"unprocessed":""})",
                                 R"({"status":"success","processed":2,"unprocessed":null})"}) {
    EXPECT_EQ(Disassociate({"+1", "+2"}, body).outcome, kUnknown) << body;
  }
}

TEST(Accounting, SettlesAFullEnvelope) {
  std::vector<std::string> phones;
  std::string records;
  for (int i = 0; i < 1000; ++i) {
    phones.push_back(std::to_string(10000 + i));
    if (i % 2 == 0) continue;
    if (i > 1) records += ',';
    records += Record(phones.back());
  }
  const VendorReply reply = Disassociate(phones, Body("partial", 500, records));
  ASSERT_EQ(reply.faults.size(), 500u);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(reply.faults[static_cast<std::size_t>(i)], (Fault{2 * i + 1, kPermanent, "516"}));
  }
}

}  // namespace
}  // namespace clevertap
}  // namespace lethe
