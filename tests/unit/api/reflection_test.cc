#include "api/port/reflection.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "unit/api/in_process_server.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using ::testing::UnorderedElementsAre;

/// Asks as grpcurl does: several questions in one dialogue.
class Reflection : public InProcessServer {
 protected:
  reflection::ServerReflectionResponse Ask(const reflection::ServerReflectionRequest& question) {
    reflection::ServerReflectionResponse answer;
    EXPECT_TRUE(dialogue_->Write(question));
    EXPECT_TRUE(dialogue_->Read(&answer));
    EXPECT_EQ(answer.original_request().SerializeAsString(), question.SerializeAsString());
    return answer;
  }

  std::vector<std::string> Services() {
    reflection::ServerReflectionRequest question;
    question.set_list_services("");
    std::vector<std::string> names;
    const auto answer = Ask(question);
    for (const auto& service : answer.list_services_response().service()) {
      names.push_back(service.name());
    }
    return names;
  }

  reflection::ServerReflectionResponse FileOf(const std::string& symbol) {
    reflection::ServerReflectionRequest question;
    question.set_file_containing_symbol(symbol);
    return Ask(question);
  }

  grpc::ClientContext context_;
  std::unique_ptr<reflection::ServerReflection::Stub> stub_ =
      reflection::ServerReflection::NewStub(channel_);
  std::unique_ptr<grpc::ClientReaderWriter<reflection::ServerReflectionRequest,
                                           reflection::ServerReflectionResponse>>
      dialogue_ = stub_->ServerReflectionInfo(&context_);
};

TEST_F(Reflection, DescribesEveryServiceThatItLists) {
  const auto services = Services();
  EXPECT_THAT(services, UnorderedElementsAre("lethe.v1.PrivacyRequestService",
                                             "lethe.v1.OperatorService", "lethe.v1.AccessService",
                                             "lethe.v1.ReadingService", "grpc.health.v1.Health",
                                             "grpc.reflection.v1alpha.ServerReflection"));
  for (const std::string& service : services) {
    google::protobuf::DescriptorPool as_told;
    const auto files = FileOf(service);
    for (const std::string& bytes : files.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(bytes));
      ASSERT_NE(as_told.BuildFile(file), nullptr) << service;  // its imports came before it
    }
    ASSERT_NE(as_told.FindServiceByName(service), nullptr) << service;
    EXPECT_GT(as_told.FindServiceByName(service)->method_count(), 0) << service;
  }
}

TEST_F(Reflection, FindsAFileByItsNameAndByAnExtension) {
  reflection::ServerReflectionRequest question;
  question.set_file_by_filename("grpc/health/v1/health.proto");
  EXPECT_EQ(Ask(question).file_descriptor_response().file_descriptor_proto_size(), 1);
  question.mutable_file_containing_extension()->set_containing_type(
      "google.protobuf.MessageOptions");
  question.mutable_file_containing_extension()->set_extension_number(1);
  EXPECT_EQ(Ask(question).error_response().error_code(), StatusCode::NOT_FOUND);
  question.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  EXPECT_EQ(Ask(question).all_extension_numbers_response().extension_number_size(), 1)
      << "lethe.v1.permission";
  question.set_all_extension_numbers_of_type("lethe.v1.PrivacyRequest");
  EXPECT_EQ(Ask(question).all_extension_numbers_response().extension_number_size(), 0);
}

TEST_F(Reflection, SaysWhatItDoesNotHaveAndGoesOn) {
  EXPECT_EQ(FileOf("lethe.v1.Nothing").error_response().error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Ask({}).error_response().error_code(), StatusCode::INVALID_ARGUMENT);
  reflection::ServerReflectionRequest question;
  question.set_all_extension_numbers_of_type("lethe.v1.Nothing");
  EXPECT_EQ(Ask(question).error_response().error_code(), StatusCode::NOT_FOUND);
  EXPECT_FALSE(Services().empty());
  dialogue_->WritesDone();
  EXPECT_TRUE(dialogue_->Finish().ok());
}

}  // namespace
}  // namespace lethe::api
