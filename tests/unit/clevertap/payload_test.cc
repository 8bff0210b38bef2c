#include "clevertap/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "lethe/operation_traits.h"

namespace lethe::clevertap {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Result<Payload> Make(Operation operation, IdentifierKind kind,
                     const std::vector<std::string>& values,
                     std::string_view disassociate_path = "/1/disassociate") {
  const std::vector<Identifier> identifiers(values.begin(), values.end());
  return MakePayload(
      {.account = "acme", .operation = operation, .kind = kind, .identifiers = identifiers},
      disassociate_path);
}

std::vector<std::string> Numbered(std::size_t count) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back("id-" + std::to_string(i));
  return values;
}

struct ShapeCase {
  const char* name;
  Operation operation;
  IdentifierKind kind;
  std::vector<std::string> values;
  std::string path;
  std::string body;

  friend void PrintTo(const ShapeCase& shape, std::ostream* out) { *out << shape.name; }
};

class PayloadShape : public ::testing::TestWithParam<ShapeCase> {};

TEST_P(PayloadShape, IsWhatCleverTapDocuments) {
  const ShapeCase& shape = GetParam();
  const auto payload = Make(shape.operation, shape.kind, shape.values);
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(payload->path, shape.path);
  EXPECT_EQ(payload->body, shape.body);
}

INSTANTIATE_TEST_SUITE_P(
    All, PayloadShape,
    ::testing::Values(
        ShapeCase{"ErasureByIdentity",
                  Operation::kErasure,
                  IdentifierKind::kIdentity,
                  {"a", "b"},
                  "/1/delete/profiles.json",
                  R"({"identity":["a","b"]})"},
        ShapeCase{"ErasureByGuid",
                  Operation::kErasure,
                  IdentifierKind::kGuid,
                  {"__g1"},
                  "/1/delete/profiles.json",
                  R"({"guid":["__g1"]})"},
        ShapeCase{"Demerge",
                  Operation::kDemerge,
                  IdentifierKind::kIdentity,
                  {"a"},
                  "/1/demerge/profiles.json",
                  R"({"identities":["a"]})"},
        ShapeCase{"Disassociation",
                  Operation::kDisassociation,
                  IdentifierKind::kPhone,
                  {"+911", "+912"},
                  "/1/disassociate",
                  R"({"d":[{"type":"phone","value":"+911"},{"type":"phone","value":"+912"}]})"},
        ShapeCase{"EscapedText",
                  Operation::kErasure,
                  IdentifierKind::kIdentity,
                  {"q\"\\\n", "\u00e9\U0001F600"},
                  "/1/delete/profiles.json",
                  "{\"identity\":[\"q\\\"\\\\\\n\",\"\u00e9\U0001F600\"]}"}),
    [](const auto& shape) { return shape.param.name; });

TEST(Payload, TakesTheAccountsPathForDisassociations) {
  const auto payload =
      Make(Operation::kDisassociation, IdentifierKind::kPhone, {"+911"}, "/1/disassociate/");
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(payload->path, "/1/disassociate/");
}

TEST(Payload, ADryRunIsAskedForInTheQuery) {
  const std::vector<Identifier> phones{Identifier("+911")};
  const auto payload = MakePayload({.account = "acme",
                                    .operation = Operation::kDisassociation,
                                    .kind = IdentifierKind::kPhone,
                                    .identifiers = phones,
                                    .dry_run = true},
                                   "/1/disassociate/");
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(payload->path, "/1/disassociate/?dryRun=1");
  EXPECT_EQ(payload->body, R"({"d":[{"type":"phone","value":"+911"}]})");
}

TEST(Payload, RefusesADryRunThatWouldBeCarriedOut) {
  const std::vector<Identifier> people{Identifier("ana")};
  for (const Operation operation : {Operation::kErasure, Operation::kDemerge}) {
    const auto payload = MakePayload({.account = "acme",
                                      .operation = operation,
                                      .kind = IdentifierKind::kIdentity,
                                      .identifiers = people,
                                      .dry_run = true},
                                     "/1/disassociate");
    ASSERT_FALSE(payload.ok());
    EXPECT_EQ(payload.error().reason, "NO_DRY_RUN");
  }
}

TEST(Payload, EscapesNulBytes) {
  const auto payload =
      Make(Operation::kErasure, IdentifierKind::kIdentity, {std::string("a\0b", 3)});
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(payload->body, R"({"identity":["a\u0000b"]})");
}

TEST(Payload, RefusesEveryKindThatTheOperationDoesNotTake) {
  for (const Operation operation : kAll<Operation>) {
    for (const auto kind :
         {IdentifierKind::kIdentity, IdentifierKind::kGuid, IdentifierKind::kPhone}) {
      const auto payload = Make(operation, kind, {"x"});
      EXPECT_EQ(payload.ok(), Takes(operation, kind)) << Name(operation) << ' ' << Name(kind);
      if (payload.ok()) continue;
      EXPECT_EQ(payload.error().reason, "KIND_NOT_TAKEN");
    }
  }
}

TEST(Payload, RefusesAnEmptyCall) {
  const auto payload = Make(Operation::kErasure, IdentifierKind::kGuid, {});
  ASSERT_FALSE(payload.ok());
  EXPECT_EQ(payload.error().reason, "NO_IDENTIFIERS");
  EXPECT_EQ(payload.error().code, ErrorCode::kInternal);
}

TEST(Payload, TakesTheCapacityAndNotOneMore) {
  const struct {
    Operation operation;
    IdentifierKind kind;
    std::size_t capacity;
  } cases[] = {{Operation::kErasure, IdentifierKind::kIdentity, 100},
               {Operation::kErasure, IdentifierKind::kGuid, 100},
               {Operation::kDemerge, IdentifierKind::kIdentity, 100},
               {Operation::kDisassociation, IdentifierKind::kPhone, 1000}};
  for (const auto& [operation, kind, capacity] : cases) {
    EXPECT_TRUE(Make(operation, kind, Numbered(capacity)).ok());
    const auto too_many = Make(operation, kind, Numbered(capacity + 1));
    ASSERT_FALSE(too_many.ok());
    EXPECT_EQ(too_many.error().reason, "TOO_MANY_IDENTIFIERS");
  }
}

TEST(Payload, RefusesWhatIsNotUtf8WithoutQuotingIt) {
  for (const std::string bytes : {"secret\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf"}) {
    const auto payload = Make(Operation::kErasure, IdentifierKind::kIdentity, {"fine", bytes});
    ASSERT_FALSE(payload.ok());
    EXPECT_EQ(payload.error().reason, "NOT_UTF8");
    EXPECT_THAT(payload.error().message, Not(HasSubstr("secret")));
    EXPECT_THAT(payload.error().message, Not(HasSubstr("0x")));
  }
}

}  // namespace
}  // namespace lethe::clevertap
