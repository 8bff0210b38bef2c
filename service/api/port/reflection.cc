#include "api/port/reflection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

namespace lethe::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using reflection::ServerReflectionRequest;
using reflection::ServerReflectionResponse;

void SetError(grpc::StatusCode code, const char* message, ServerReflectionResponse& answer) {
  answer.mutable_error_response()->set_error_code(code);
  answer.mutable_error_response()->set_error_message(message);
}

/// Imports first, each file once.
void AddWithImports(const FileDescriptor& file, std::set<const FileDescriptor*>& added,
                    reflection::FileDescriptorResponse& files) {
  if (!added.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) {
    AddWithImports(*file.dependency(i), added, files);
  }
  google::protobuf::FileDescriptorProto description;
  file.CopyTo(&description);
  files.add_file_descriptor_proto(description.SerializeAsString());
}

void AddFile(const FileDescriptor* file, ServerReflectionResponse& answer) {
  if (file == nullptr) {
    return SetError(grpc::StatusCode::NOT_FOUND, "no file has it", answer);
  }
  std::set<const FileDescriptor*> added;
  AddWithImports(*file, added, *answer.mutable_file_descriptor_response());
}

const FileDescriptor* FileOfExtension(const DescriptorPool& pool,
                                      const reflection::ExtensionRequest& question) {
  const Descriptor* extended = pool.FindMessageTypeByName(question.containing_type());
  if (extended == nullptr) return nullptr;
  const FieldDescriptor* extension =
      pool.FindExtensionByNumber(extended, question.extension_number());
  return extension == nullptr ? nullptr : extension->file();
}

void AddExtensions(const DescriptorPool& pool, const std::string& type,
                   ServerReflectionResponse& answer) {
  const Descriptor* extended = pool.FindMessageTypeByName(type);
  if (extended == nullptr) {
    return SetError(grpc::StatusCode::NOT_FOUND, "there is no such message", answer);
  }
  std::vector<const FieldDescriptor*> extensions;
  pool.FindAllExtensions(extended, &extensions);
  auto& numbers = *answer.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type);
  for (const FieldDescriptor* extension : extensions) {
    numbers.add_extension_number(extension->number());
  }
}

/// Answers each question before it reads the next. Lives until the call has ended.
class Dialogue final
    : public grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse> {
 public:
  explicit Dialogue(const std::vector<std::string>& services) : services_(services) {
    StartRead(&question_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    answer_ = Describe(services_, question_);
    StartWrite(&answer_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&question_);
  }

  void OnDone() override { delete this; }

 private:
  const std::vector<std::string>& services_;
  ServerReflectionRequest question_;
  ServerReflectionResponse answer_;
};

}  // namespace

ServerReflectionResponse Describe(const std::vector<std::string>& services,
                                  const ServerReflectionRequest& question) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  ServerReflectionResponse answer;
  answer.set_valid_host(question.host());
  *answer.mutable_original_request() = question;
  switch (question.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      AddFile(pool.FindFileByName(question.file_by_filename()), answer);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      AddFile(pool.FindFileContainingSymbol(question.file_containing_symbol()), answer);
      break;
    case ServerReflectionRequest::kFileContainingExtension:
      AddFile(FileOfExtension(pool, question.file_containing_extension()), answer);
      break;
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      AddExtensions(pool, question.all_extension_numbers_of_type(), answer);
      break;
    case ServerReflectionRequest::kListServices:
      for (const std::string& service : services) {
        answer.mutable_list_services_response()->add_service()->set_name(service);
      }
      break;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      SetError(grpc::StatusCode::INVALID_ARGUMENT, "the question is missing", answer);
      break;
  }
  return answer;
}

grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse>*
ReflectionService::ServerReflectionInfo(grpc::CallbackServerContext*) {
  return new Dialogue(services_);
}

}  // namespace lethe::api
