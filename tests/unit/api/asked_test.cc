#include "api/gate/asked.h"

#include <gtest/gtest.h>

namespace lethe::api {
namespace {

using Of = Asked::Of;

TEST(Asked, IsAboutTheAccountThatTheMessageNames) {
  v1::GetPrivacyRequestRequest get;
  get.set_name("accounts/shop/privacyRequests/7");
  const Asked asked = AskedBy(get);
  EXPECT_EQ(asked.permission, Permission::kRead);
  EXPECT_EQ(asked.of, Of::kOneAccount);
  EXPECT_EQ(asked.account, "shop");
  EXPECT_TRUE(asked.operations.empty());

  v1::ListReviewsRequest list;
  list.set_parent("accounts/bank");
  EXPECT_EQ(AskedBy(list).account, "bank");
}

TEST(Asked, IsAboutEveryAccountOrSomeWhereTheMessageSaysSo) {
  v1::PauseCallsRequest pause;
  pause.set_parent("accounts/-");
  EXPECT_EQ(AskedBy(pause).of, Of::kEveryAccount);
  EXPECT_EQ(AskedBy(v1::ListAccountsRequest()).of, Of::kSomeAccounts);
  EXPECT_EQ(AskedBy(v1::ListPausesRequest()).of, Of::kSomeAccounts);
  EXPECT_EQ(AskedBy(v1::GetReviewRequest()).of, Of::kSomeAccounts) << "the name is missing";
}

TEST(Asked, OfARequestIsItsOperation) {
  v1::CreatePrivacyRequestRequest create;
  EXPECT_TRUE(AskedBy(create).operations.empty());
  create.mutable_erasure();
  EXPECT_EQ(AskedBy(create).operations, Operations{Operation::kErasure});
  create.mutable_demerge();
  EXPECT_EQ(AskedBy(create).operations, Operations{Operation::kDemerge});
  create.mutable_disassociation();
  EXPECT_EQ(AskedBy(create).operations, Operations{Operation::kDisassociation});
}

TEST(Asked, OfAGroupOfReviewsIsItsOperationOrEveryOne) {
  v1::ResolveReviewsRequest resolve;
  EXPECT_EQ(AskedBy(resolve).operations, Operations::All());
  resolve.mutable_filter()->set_operation(v1::OPERATION_DISASSOCIATION);
  EXPECT_EQ(AskedBy(resolve).operations, Operations{Operation::kDisassociation});
}

TEST(Asked, OfAPauseIsTheOperationOfItsApiOrEveryOne) {
  v1::ResumeCallsRequest resume;
  EXPECT_EQ(AskedBy(resume).operations, Operations::All());
  resume.set_api("disassociate");
  EXPECT_EQ(AskedBy(resume).operations, Operations{Operation::kDisassociation});
  resume.set_api("profile");
  EXPECT_EQ(AskedBy(resume).operations, Operations::All());
}

TEST(Asked, OfResumingAfterALostHistoryIsEverything) {
  EXPECT_EQ(AskedBy(v1::ResumeRecoveryRequest()).of, Of::kEveryAccount);
  EXPECT_EQ(AskedBy(v1::ResumeRecoveryRequest()).operations, Operations::All());
  EXPECT_EQ(AskedBy(v1::GetRecoveryRequest()).of, Of::kSomeAccounts);
}

TEST(Asked, OfAnAccountAsAWholeIsEveryOperation) {
  EXPECT_EQ(AskedBy(v1::ResumeAccountRequest()).operations, Operations::All());
  EXPECT_EQ(AskedBy(v1::ListAuditEventsRequest()).operations, Operations::All());
}

}  // namespace
}  // namespace lethe::api
