#include "clevertap/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace lethe::clevertap {
namespace {

using enum OutcomeClass;

std::string_view ToText(OutcomeClass outcome) { return Name(outcome); }

VendorReply ClassifyFor(Operation operation, const Transport& transport) {
  const std::vector<Identifier> identifiers{Identifier("+911"), Identifier("+912")};
  return Classify({.account = "acme",
                   .operation = operation,
                   .kind = operation == Operation::kDisassociation ? IdentifierKind::kPhone
                                                                   : IdentifierKind::kIdentity,
                   .identifiers = identifiers},
                  transport);
}

Transport Answer(int status, std::string body) {
  return {.body_left = true, .http_status = status, .body = std::move(body)};
}

TEST(Answer, ClassifiesByStatusLine) {
  const std::string fail = R"({"status":"fail","error":"..","code":400})";
  const struct {
    int status;
    OutcomeClass outcome;
  } cases[] = {
      {100, kUnknown},       {103, kUnknown},       {203, kUnknown},       {204, kUnknown},
      {206, kUnknown},       {301, kMisconfigured}, {302, kMisconfigured}, {304, kMisconfigured},
      {307, kMisconfigured}, {308, kMisconfigured}, {400, kRefused},       {401, kAccountBlocked},
      {402, kMisconfigured}, {403, kMisconfigured}, {404, kMisconfigured}, {405, kMisconfigured},
      {407, kMisconfigured}, {408, kUnknown},       {409, kUnknown},       {410, kMisconfigured},
      {413, kRefused},       {415, kRefused},       {421, kMisconfigured}, {422, kRefused},
      {423, kUnknown},       {425, kUnknown},       {429, kThrottled},     {499, kUnknown},
      {500, kUnknown},       {502, kUnknown},       {503, kUnknown},       {504, kUnknown},
      {516, kUnknown},       {599, kUnknown},       {600, kUnknown}};
  for (const auto& [status, outcome] : cases) {
    for (const Operation operation : kAll<Operation>) {
      for (const std::string& body : {std::string(), std::string("<html>"), fail}) {
        const VendorReply reply = ClassifyFor(operation, Answer(status, body));
        EXPECT_EQ(ToText(reply.outcome), ToText(outcome)) << status << ' ' << Name(operation);
        EXPECT_EQ(reply.http_status, status);
        EXPECT_TRUE(reply.faults.empty());
      }
    }
  }
}

TEST(Answer, TheBodysCodeSaysWhatAFailOrA400Means) {
  const struct {
    std::string code;
    OutcomeClass outcome;
  } cases[] = {{"400", kRefused},       {"401", kAccountBlocked}, {"403", kMisconfigured},
               {"404", kMisconfigured}, {"409", kUnknown},        {"413", kRefused},
               {"429", kThrottled},     {"500", kUnknown},        {"503", kUnknown},
               {"555", kUnknown},       {"509", kRefused},        {"516", kRefused},
               {"535", kRefused},       {"0", kRefused},          {"1", kUnknown},
               {"199", kRefused},       {"99999", kUnknown},      {"\"429\"", kThrottled},
               {"\"abc\"", kUnknown},   {"null", kRefused},       {"-500", kUnknown}};
  for (const auto& [code, outcome] : cases) {
    for (const int status : {200, 400}) {
      for (const Operation operation : kAll<Operation>) {
        const std::string body = R"({"status":"fail","error":"..","code":)" + code + "}";
        const VendorReply reply = ClassifyFor(operation, Answer(status, body));
        EXPECT_EQ(ToText(reply.outcome), ToText(outcome))
            << status << ' ' << code << ' ' << Name(operation);
        EXPECT_EQ(reply.http_status, status);
      }
    }
  }
}

TEST(Answer, ASuccessInTheBodyDoesNotOverrideAnotherHttpStatus) {
  for (const int status : {203, 204, 205, 206, 301, 400, 404, 500, 503}) {
    EXPECT_NE(ClassifyFor(Operation::kErasure, Answer(status, R"({"status":"success"})")).outcome,
              kAccepted)
        << status;
  }
}

TEST(Answer, ReadsTheBodyOfEveryStatusThatMayAccept) {
  for (const int status : {200, 201, 202}) {
    for (const Operation operation : kAll<Operation>) {
      EXPECT_EQ(ClassifyFor(operation, Answer(status, R"({"status":"success"})")).outcome,
                kAccepted);
      EXPECT_EQ(ClassifyFor(operation, Answer(status, R"({"status":"fail"})")).outcome, kRefused);
    }
  }
}

TEST(Answer, AnUnreadableBodyLeavesTheOutcomeUnknown) {
  const std::string bodies[] = {"",
                                " ",
                                "OK",
                                "<html></html>",
                                R"({"status":"succ)",
                                R"({"status":"success")",
                                R"({"status":"success"} trailing)",
                                "{}",
                                "[]",
                                "null",
                                "\"success\"",
                                R"(["success"])",
                                R"({"status":null})",
                                R"({"status":200})",
                                R"({"status":"Success"})",
                                R"({"status":"pending"})",
                                R"({"status":""})",
                                "{\"status\":\"success\xff\"}",
                                std::string(100'000, '['),
                                std::string("\0", 1)};
  for (const Operation operation : kAll<Operation>) {
    for (const std::string& body : bodies) {
      const VendorReply reply = ClassifyFor(operation, Answer(200, body));
      EXPECT_EQ(reply.outcome, kUnknown) << body.substr(0, 40);
      EXPECT_EQ(reply.code, "unreadable");
    }
  }
}

TEST(Answer, ADeleteOrDemergeHasNoPartialAnswer) {
  for (const Operation operation : {Operation::kErasure, Operation::kDemerge}) {
    EXPECT_EQ(ClassifyFor(operation, Answer(200, R"({"status":"partial"})")).outcome, kUnknown);
    EXPECT_EQ(
        ClassifyFor(operation, Answer(200, R"({"status":"success","unprocessed":[{"code":516}]})"))
            .outcome,
        kUnknown);
    EXPECT_EQ(
        ClassifyFor(operation, Answer(200, R"({"status":"success","unprocessed":[]})")).outcome,
        kAccepted);
  }
}

TEST(Answer, ASuccessThatDeniesItselfIsUnknown) {
  for (const char* denial :
       {R"("code":500)",         R"("code":"500")",         R"("code":401)",
        R"("code":516)",         R"("code":100)",           R"("code":300)",
        R"("code":-500)",        R"("code":500.5)",         R"("code":"failed")",
        R"("code":[500])",       R"("code":{"value":200})", R"("code":true)",
        R"("error":"Max 100")",  R"("error":["one"])",      R"("error":{"text":"one"})",
        R"("error":true)",       R"("errors":["one"])",     R"("errors":2)",
        R"("error":1)",          R"("error":"[\"one\"]")",  R"("processed":0)",
        R"("processed":1)",      R"("processed":3)",        R"("processed":-2)",
        R"("processed":"2")",    R"("processed":2.5)",      R"("processed":true)",
        R"("unprocessed":[{}])", R"("unprocessed":1)",      R"("status":"success")",
        R"("status":"fail")"}) {
    for (const Operation operation : {Operation::kErasure, Operation::kDemerge}) {
      const VendorReply reply = ClassifyFor(
          operation, Answer(200, std::string(R"({"status":"success",)") + denial + "}"));
      EXPECT_EQ(ToText(reply.outcome), ToText(kUnknown)) << denial;
    }
  }
  // Of a disassociation the numbers that do not add up leave each phone unaccountable.
  for (const char* denial : {R"("code":500)", R"("code":"failed")", R"("error":"Max 1000")",
                             R"("status":"fail")", R"("processed":2,"processed":0)"}) {
    const VendorReply reply =
        ClassifyFor(Operation::kDisassociation,
                    Answer(200, std::string(R"({"status":"success",)") + denial + "}"));
    EXPECT_EQ(ToText(reply.outcome), ToText(kUnknown)) << denial;
  }
}

TEST(Answer, ASuccessWithWhatAgreesOrSaysNothingIsAccepted) {
  for (const char* more :
       {R"("code":200)", R"("code":202)", R"("code":"200")", R"("code":0)", R"("code":null)",
        R"("code":"")", R"("error":null)", R"("error":"")", R"("error":[])", R"("error":{})",
        R"("error":false)", R"("error":0)", R"("errors":[])", R"("error":"[]")", R"("processed":2)",
        R"("processed":2,"unprocessed":[])", R"("message":"2 profiles marked")",
        R"("errors":0,"request":{"code":500,"status":"fail"})"}) {
    for (const Operation operation : kAll<Operation>) {
      EXPECT_EQ(ToText(ClassifyFor(operation,
                                   Answer(200, std::string(R"({"status":"success",)") + more + "}"))
                           .outcome),
                ToText(kAccepted))
          << more;
    }
  }
}

TEST(Answer, AFailThatDeniesItselfIsUnknown) {
  for (const char* denial : {R"("code":200)", R"("code":"202")", R"("status":"success")"}) {
    for (const Operation operation : kAll<Operation>) {
      EXPECT_EQ(ToText(ClassifyFor(operation,
                                   Answer(200, std::string(R"({"status":"fail",)") + denial + "}"))
                           .outcome),
                ToText(kUnknown))
          << denial;
    }
  }
  for (const Operation operation : {Operation::kErasure, Operation::kDemerge}) {
    EXPECT_EQ(
        ToText(ClassifyFor(operation, Answer(200, R"({"status":"fail","processed":2})")).outcome),
        ToText(kUnknown));
    EXPECT_EQ(
        ToText(ClassifyFor(operation, Answer(200, R"({"status":"fail","processed":0})")).outcome),
        ToText(kRefused));
  }
}

TEST(Answer, ARefusalWhoseBodySaysThatSomeWereTakenIsUnknown) {
  for (const int status : {302, 400, 401, 403, 404, 405, 410, 413, 415, 422, 429, 500}) {
    for (const Operation operation : kAll<Operation>) {
      for (const char* word : {"success", "partial"}) {
        const std::string body = std::string(R"({"status":")") + word + R"("})";
        EXPECT_EQ(ToText(ClassifyFor(operation, Answer(status, body)).outcome), ToText(kUnknown))
            << status << ' ' << word;
      }
    }
  }
}

TEST(Answer, AFailureWhoseCodeCannotBeReadRefusesNobody) {
  for (const std::string more :
       {R"("code":503.0)", R"("code":"503 ")", R"("code":"HTTP 503")", R"("code":-503)",
        R"("code":[500])", R"("code":"E500")", R"("code":"Internal Server Error")", R"("code":50)",
        R"("code":5000)", R"("errorCode":503)", R"("error_code":"500")", R"("Status_Code":502)",
        R"("error":{"code":503})", R"("error":{"details":{"code":"later"}})",
        R"("code":400,"error":{"code":503})"}) {
    const std::string body = R"({"status":"fail",)" + more + "}";
    for (const int status : {200, 400, 406, 413, 422, 431}) {
      const VendorReply reply = ClassifyFor(Operation::kErasure, Answer(status, body));
      EXPECT_EQ(ToText(reply.outcome), ToText(kUnknown)) << status << ' ' << body;
    }
  }
  for (const std::string more : {R"("code":null)", R"("code":"")", R"("code":0)", R"("code":400)",
                                 R"("error":{"code":400})", R"("error":"Service Unavailable")"}) {
    const VendorReply reply =
        ClassifyFor(Operation::kErasure, Answer(400, R"({"status":"fail",)" + more + "}"));
    EXPECT_EQ(ToText(reply.outcome), ToText(kRefused)) << more;
  }
}

TEST(Answer, TheBodysCodeCountsWithEveryStatusOfARefusal) {
  const auto outcome = [](int status, const char* code) {
    return ToText(
        ClassifyFor(Operation::kErasure,
                    Answer(status, std::string(R"({"status":"fail","code":)") + code + "}"))
            .outcome);
  };
  EXPECT_EQ(outcome(422, "503"), ToText(kUnknown));
  EXPECT_EQ(outcome(412, "429"), ToText(kUnknown));
  EXPECT_EQ(outcome(415, "401"), ToText(kUnknown));
  EXPECT_EQ(outcome(400, "401"), ToText(kAccountBlocked));
  EXPECT_EQ(outcome(422, "516"), ToText(kRefused));
}

TEST(Answer, ASuccessThatSaysBesideItThatItFailedIsUnknown) {
  for (const std::string more :
       {R"("success":false)", R"("ok":false)", R"("status_code":503)", R"("statusCode":"500")",
        R"("failed":1)", R"("failure":{"identity":"x"})", R"("Error":"later")",
        R"("exception":"NullPointerException")", R"("result":{"status":"fail","code":500})",
        R"("response":{"errors":["x"]})", R"("code":"later")"}) {
    const std::string body = R"({"status":"success",)" + more + "}";
    EXPECT_EQ(ToText(ClassifyFor(Operation::kErasure, Answer(200, body)).outcome), ToText(kUnknown))
        << body;
  }
  for (const std::string more :
       {R"("success":true)", R"("status_code":200)", R"("failed":0)", R"("error":null)",
        R"("errors":[])", R"("result":{"status":"success"})", R"("result":"done")"}) {
    const std::string body = R"({"status":"success",)" + more + "}";
    EXPECT_EQ(ToText(ClassifyFor(Operation::kErasure, Answer(200, body)).outcome),
              ToText(kAccepted))
        << body;
  }
}

TEST(Answer, OfAnAnswerThatDeniesItselfOnlyACodeOfFailureIsKept) {
  const auto code = [](const char* more) {
    return ClassifyFor(Operation::kErasure,
                       Answer(200, std::string(R"({"status":"success",)") + more + "}"))
        .code;
  };
  EXPECT_EQ(code(R"("code":500)"), "500");
  EXPECT_EQ(code(R"("code":"failed")"), "unreadable");
  EXPECT_EQ(code(R"("code":200,"processed":0)"), "unreadable");
  EXPECT_EQ(code(R"("status":"fail")"), "unreadable");
}

TEST(Answer, KeepsACodeOfDigitsAndNoOtherTextOfTheBody) {
  const struct {
    std::string code;
    std::string kept;
  } cases[] = {{"401", "401"},
               {"\"401\"", "401"},
               {"\"ana@example.com\"", ""},
               {"\"+911\"", ""},
               {"\"\"", ""},
               {"-1", ""},
               {"4.5", ""},
               {"null", ""},
               {"[401]", ""},
               {"{}", ""},
               {"4711", ""},
               {"123456", ""},
               {"919213231415", ""},
               {"\"9192132\"", ""},
               {"\"40 1\"", ""},
               {"1e3", ""},
               {"18446744073709551615", ""}};
  for (const auto& [code, kept] : cases) {
    const std::string body = R"({"status":"fail","error":"Account","code":)" + code + "}";
    EXPECT_EQ(ClassifyFor(Operation::kErasure, Answer(401, body)).code, kept) << code;
    for (const Operation operation : kAll<Operation>) {
      EXPECT_THAT(ClassifyFor(operation, Answer(200, body)).code,
                  testing::AnyOf(kept, "unreadable"))
          << code;
    }
  }
}

TEST(Answer, AnErrorMayBeTextOrAListInText) {
  for (const std::string error : {R"("Max 100 are allowed")", R"("[\"one\",\"two\"]")", "[]"}) {
    const std::string body = R"({"status":"fail","code":400,"error":)" + error + "}";
    EXPECT_EQ(ClassifyFor(Operation::kErasure, Answer(400, body)).outcome, kRefused);
    EXPECT_EQ(ClassifyFor(Operation::kErasure, Answer(200, body)).outcome, kRefused);
  }
}

TEST(Answer, WithoutAStatusLineOnlyWhatLeftCanHaveAnEffect) {
  const struct {
    Ending ending;
    OutcomeClass nothing_left;
    OutcomeClass something_left;
  } cases[] = {{Ending::kBadUrl, kMisconfigured, kMisconfigured},
               {Ending::kResolve, kNotSent, kUnknown},
               {Ending::kConnect, kNotSent, kUnknown},
               {Ending::kTls, kNotSent, kUnknown},
               {Ending::kTimeout, kNotSent, kUnknown},
               {Ending::kBroken, kNotSent, kUnknown},
               {Ending::kComplete, kNotSent, kUnknown},
               {Ending::kTooLarge, kNotSent, kUnknown}};
  for (const auto& [ending, nothing_left, something_left] : cases) {
    for (const bool body_left : {false, true}) {
      const VendorReply reply =
          ClassifyFor(Operation::kErasure, {.ending = ending, .body_left = body_left});
      EXPECT_EQ(reply.outcome, body_left ? something_left : nothing_left) << Name(ending);
      EXPECT_EQ(reply.code, Name(ending));
      EXPECT_EQ(reply.http_status, 0);
    }
  }
}

TEST(Answer, A200ThatDidNotEndWellIsUnknownWhateverItsBodySays) {
  for (const auto ending : {Ending::kTimeout, Ending::kBroken, Ending::kTooLarge}) {
    Transport transport = Answer(200, R"({"status":"success"})");
    transport.ending = ending;
    const VendorReply reply = ClassifyFor(Operation::kErasure, transport);
    EXPECT_EQ(reply.outcome, kUnknown);
    EXPECT_EQ(reply.code, Name(ending));
  }
}

TEST(Answer, ARefusalStandsEvenIfItsBodyWasCutOff) {
  Transport transport = Answer(429, R"({"sta)");
  transport.ending = Ending::kBroken;
  EXPECT_EQ(ClassifyFor(Operation::kErasure, transport).outcome, kThrottled);
  transport.http_status = 401;
  EXPECT_EQ(ClassifyFor(Operation::kErasure, transport).outcome, kAccountBlocked);
}

TEST(ProbeAnswer, SpeaksOfTheCredentialsOrOfNothing) {
  const struct {
    int status;
    OutcomeClass outcome;
  } cases[] = {{200, kAccepted},      {204, kAccepted},      {299, kAccepted},
               {301, kMisconfigured}, {400, kRefused},       {401, kAccountBlocked},
               {403, kMisconfigured}, {404, kMisconfigured}, {405, kMisconfigured},
               {408, kUnknown},       {429, kThrottled},     {500, kUnknown},
               {503, kUnknown}};
  for (const auto& [status, outcome] : cases) {
    const VendorReply reply = ClassifyProbe(Answer(status, "no JSON"));
    EXPECT_EQ(Name(reply.outcome), Name(outcome)) << status;
    EXPECT_EQ(reply.http_status, status);
  }
}

TEST(ProbeAnswer, A200ThatSaysWrongCredentialsMeansThem) {
  const std::string fail = R"({"status":"fail","error":"..","code":)";
  for (const std::string code : {"401", "\"401\""}) {
    EXPECT_EQ(Name(ClassifyProbe(Answer(200, fail + code + "}")).outcome), Name(kAccountBlocked));
  }
  // Whatever else the account's own path says, it has let the credentials pass.
  for (const std::string code : {"404", "429", "500", "null"}) {
    EXPECT_EQ(Name(ClassifyProbe(Answer(200, fail + code + "}")).outcome), Name(kAccepted)) << code;
  }
  EXPECT_EQ(Name(ClassifyProbe(Answer(200, R"({"status":"success","code":401})")).outcome),
            Name(kAccepted));
}

TEST(ProbeAnswer, WithoutAnAnswerTheProbeWasNotSent) {
  for (const auto ending : {Ending::kResolve, Ending::kConnect, Ending::kTls, Ending::kTimeout,
                            Ending::kBroken, Ending::kTooLarge}) {
    const VendorReply reply = ClassifyProbe({.ending = ending});
    EXPECT_EQ(reply.outcome, kNotSent);
    EXPECT_EQ(reply.code, Name(ending));
  }
}

TEST(Answer, HandsRetryAfterOnUpToItsLimit) {
  using std::chrono::seconds;
  Transport transport = Answer(429, "");
  EXPECT_EQ(ClassifyFor(Operation::kErasure, transport).retry_after, std::nullopt);
  transport.retry_after = seconds(7);
  EXPECT_EQ(ClassifyFor(Operation::kErasure, transport).retry_after, milliseconds(7'000));
  for (const seconds longer :
       {seconds(kMaxRetryAfter), seconds(kMaxRetryAfter) + seconds(1), seconds::max()}) {
    transport.retry_after = longer;
    EXPECT_EQ(ClassifyFor(Operation::kErasure, transport).retry_after, kMaxRetryAfter);
  }
}

std::string Nested(int levels) {
  const auto count = static_cast<std::size_t>(levels);
  return std::string(count, '[') + std::string(count, ']');
}

TEST(Answer, NestedBeyondReasonItIsUnreadableWhereverItIs) {
  const std::string deep = Nested(500'000);
  for (const std::string& body :
       {deep, std::string(500'000, '['), R"({"status":)" + deep + "}",
        R"({"status":"success","processed":)" + deep + "}",
        R"({"status":"partial","processed":1,"unprocessed":)" + deep + "}",
        R"({"status":"partial","processed":1,"unprocessed":[{"record":{"value":)" + deep + "}}]}",
        R"({"status":"fail","code":)" + deep + "}",
        R"({"status":"success","nobody reads this":)" + deep + "}"}) {
    for (const Operation operation : kAll<Operation>) {
      const VendorReply reply = ClassifyFor(operation, Answer(200, body));
      EXPECT_EQ(ToText(reply.outcome), ToText(kUnknown)) << body.substr(0, 40);
      EXPECT_EQ(reply.code, "unreadable") << body.substr(0, 40);
      EXPECT_EQ(ToText(ClassifyFor(operation, Answer(503, body)).outcome), ToText(kUnknown));
    }
  }
}

}  // namespace
}  // namespace lethe::clevertap
