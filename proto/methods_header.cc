// Writes lethe/v1/methods.h. Fails for a method that has no permission, and for a message that two
// methods take.

#include <google/protobuf/descriptor.h>

#include <cctype>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "lethe/v1/access.pb.h"
#include "lethe/v1/operator_service.pb.h"
#include "lethe/v1/privacy_request_service.pb.h"
#include "lethe/v1/reading_service.pb.h"

namespace {

constexpr char kHead[] = R"(#pragma once

#include <string_view>

#include "lethe/access.h"
#include "lethe/v1/operator_service.pb.h"
#include "lethe/v1/privacy_request_service.pb.h"
#include "lethe/v1/reading_service.pb.h"

namespace lethe::api {

/// The method that takes the message: its name, and what its caller must be permitted to do.
template <typename Request>
struct MethodOf;

)";

/// `PERMISSION_SUBMIT` as it is called in include/lethe/access.h.
std::string Enumerator(lethe::v1::Permission permission) {
  std::string name =
      lethe::v1::Permission_Name(permission).substr(std::string("PERMISSION_").size());
  for (std::size_t i = 1; i < name.size(); ++i) name[i] = static_cast<char>(std::tolower(name[i]));
  return "k" + name;
}

int Fail(const std::string& problem) {
  std::cerr << problem << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return Fail("usage: methods_header FILE");
  std::string text = kHead;
  std::set<std::string> messages;
  for (const auto* file :
       {lethe::v1::PrivacyRequest::descriptor()->file(), lethe::v1::Review::descriptor()->file(),
        lethe::v1::SubjectItem::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      const auto& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        const auto& method = *service.method(m);
        const auto permission = method.options().GetExtension(lethe::v1::permission);
        if (permission == lethe::v1::PERMISSION_UNSPECIFIED) {
          return Fail(method.full_name() + " has no option (lethe.v1.permission)");
        }
        if (!messages.insert(method.input_type()->full_name()).second) {
          return Fail(method.full_name() + " takes a message that another method takes");
        }
        text += "template <>\nstruct MethodOf<v1::" + method.input_type()->name() +
                "> {\n  static constexpr std::string_view kName = \"" + method.name() +
                "\";\n  static constexpr Permission kPermission = Permission::" +
                Enumerator(permission) + ";\n};\n\n";
      }
    }
  }
  text += "}  // namespace lethe::api\n";
  std::ofstream out(argv[1]);
  out << text;
  return out.flush() ? 0 : Fail(std::string("cannot write ") + argv[1]);
}
