#include "api/gate/access_service.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <chrono>
#include <string>

#include "access_world.h"

namespace lethe::api {
namespace {

using access::Refusal;
using grpc::StatusCode;
using testing::ElementsAre;

class AccessServiceTest : public AccessWorld {
 protected:
  grpc::Status WhoAmI(const std::string& principal, v1::WhoAmIResponse* who) {
    grpc::ClientContext context;
    if (!principal.empty()) Show(context, principal);
    return v1::AccessService::NewStub(channel_)->WhoAmI(&context, {}, who);
  }

  const TimePoint kSoon = clock_.Now() + std::chrono::minutes(1);
};

TEST_F(AccessServiceTest, TellsWhoTheCallerIsAndWhatIsGranted) {
  directory_.Use(access::Directory(
      {Named("crm",
             {{.role = Role::kSubmitter, .accounts = {"shop", "bank"}},
              {.role = Role::kReader,
               .every_account = true,
               .operations = {Operation::kDemerge},
               .until = kSoon},
              {.role = Role::kAuditor, .accounts = {"shop"}, .until = clock_.Now()}},
             kEnd)}));
  v1::WhoAmIResponse who;
  ASSERT_TRUE(WhoAmI("crm", &who).ok());
  std::string text;
  google::protobuf::TextFormat::PrintToString(who, &text);
  EXPECT_EQ(text,
            "principal: \"crm\"\n"
            "means: \"token\"\n"
            "expire_time {\n  seconds: 1772413200\n}\n"
            "grants {\n"
            "  role: \"submitter\"\n"
            "  accounts: \"accounts/shop\"\n"
            "  accounts: \"accounts/bank\"\n"
            "  operations: OPERATION_ERASURE\n"
            "  operations: OPERATION_DEMERGE\n"
            "  operations: OPERATION_DISASSOCIATION\n"
            "}\n"
            "grants {\n"
            "  role: \"reader\"\n"
            "  accounts: \"accounts/-\"\n"
            "  operations: OPERATION_DEMERGE\n"
            "  expire_time {\n    seconds: 1772409660\n  }\n"
            "}\n");
}

TEST_F(AccessServiceTest, NeedsNoPermissionAndNoGrant) {
  directory_.Use(access::Directory({Named("crm", {}, kEnd)}));
  v1::WhoAmIResponse who;
  ASSERT_TRUE(WhoAmI("crm", &who).ok());
  EXPECT_EQ(who.principal(), "crm");
  EXPECT_EQ(who.grants_size(), 0);
}

TEST_F(AccessServiceTest, TellsStrangersNothing) {
  directory_.Use(access::Directory({Named("crm", {}, kEnd)}));
  v1::WhoAmIResponse who;
  for (const std::string stranger : {"", "nobody"}) {
    EXPECT_EQ(WhoAmI(stranger, &who).error_code(), StatusCode::UNAUTHENTICATED);
  }
  EXPECT_THAT(refused(), ElementsAre(Refused{Refusal::kNoCredential, "WhoAmI", ""},
                                     Refused{Refusal::kUnknownCredential, "WhoAmI", ""}));
}

TEST_F(AccessServiceTest, EveryoneIsAnonymousWithoutAnAccessFile) {
  v1::WhoAmIResponse who;
  ASSERT_TRUE(WhoAmI("", &who).ok());
  EXPECT_EQ(who.principal(), "anonymous");
  EXPECT_EQ(who.means(), "nothing");
  EXPECT_FALSE(who.has_expire_time());
}

}  // namespace
}  // namespace lethe::api
