#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "lethe/access.h"
#include "lethe/v1/access.pb.h"
#include "lethe/v1/operator_service.pb.h"
#include "lethe/v1/privacy_request_service.pb.h"
#include "lethe/v1/reading_service.pb.h"
#include "support/markdown.h"

namespace lethe::api {
namespace {

using test::CodesIn;
using test::MarkdownRow;
using test::TableBelow;

constexpr char kPage[] = LETHE_SOURCE_DIR "/service/docs/access.md";

TEST(AccessPage, GivesEachRoleItsPermissions) {
  std::map<std::string, std::set<std::string>> on_page, in_code;
  for (const MarkdownRow& row : TableBelow(kPage, "Roles")) {
    auto& permissions = on_page[CodesIn(row.at(0)).at(0)];
    for (const Permission permission : kAll<Permission>) {
      const auto& cell = row.at(1 + static_cast<std::size_t>(permission));
      if (cell == "yes") permissions.insert(Text(permission));
    }
  }
  for (const Role role : kAll<Role>) {
    auto& permissions = in_code[Text(role)];
    for (const Permission permission : kAll<Permission>) {
      if (Has(role, permission)) permissions.insert(Text(permission));
    }
  }
  EXPECT_EQ(on_page, in_code);
}

TEST(AccessPage, GivesEachMethodItsPermission) {
  std::map<std::string, std::string> on_page, in_proto;
  for (const MarkdownRow& row : TableBelow(kPage, "Methods")) {
    on_page[CodesIn(row.at(0)).at(0)] = CodesIn(row.at(1)).at(0);
  }
  for (const auto* file :
       {v1::PrivacyRequest::descriptor()->file(), v1::Review::descriptor()->file(),
        v1::SubjectItem::descriptor()->file()}) {
    const auto& service = *file->service(0);
    for (int m = 0; m < service.method_count(); ++m) {
      const auto permission = service.method(m)->options().GetExtension(v1::permission);
      ASSERT_NE(permission, v1::PERMISSION_UNSPECIFIED) << service.method(m)->full_name();
      in_proto[service.method(m)->name()] =
          Text(static_cast<Permission>(static_cast<int>(permission) - 1));
    }
  }
  EXPECT_EQ(on_page, in_proto);
}

}  // namespace
}  // namespace lethe::api
