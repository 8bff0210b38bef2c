#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "access_world.h"
#include "fakes/queue_rows.h"

// Every method, for every role, on every kind of account, of every operation, through a channel.
// What is expected is written out here once more, so that no rule is compared with itself.

namespace lethe::api {
namespace {

using google::protobuf::MethodDescriptor;
using grpc::StatusCode;

const std::map<std::string, std::set<std::string>> kPermissionsOf{
    {"submitter", {"submit", "read"}},
    {"reader", {"read", "inspect"}},
    {"operator", {"read", "inspect", "decide", "audit"}},
    {"approver", {"read", "inspect", "approve"}},
    {"auditor", {"read", "inspect", "audit"}},
    {"administrator", {"submit", "read", "inspect", "decide", "approve", "audit"}}};

/// Each operation: its field of a CreatePrivacyRequestRequest, its enumerator, its API, and the
/// envelope of its review.
struct OperationWords {
  Operation operation;
  std::string field;
  std::string enumerator;
  std::string api;
  std::int64_t envelope;
};
const std::vector<OperationWords> kOperations{
    {Operation::kErasure, "erasure", "OPERATION_ERASURE", "delete", 7},
    {Operation::kDemerge, "demerge", "OPERATION_DEMERGE", "demerge", 8},
    {Operation::kDisassociation, "disassociation", "OPERATION_DISASSOCIATION", "disassociate", 9}};

/// What decides whether a principal that has the permission for the account may make the call.
enum class Needs {
  kNothing,           ///< Nothing more: it names no account, or shows what is granted.
  kAnyAccount,        ///< Likewise; and `accounts/-` shows what is granted, whichever that is.
  kSomeOperation,     ///< The operation in the message; without one any.
  kEveryOperation,    ///< The operation in the message; without one all of them.
  kWholeAccount,      ///< All operations.
  kWholeCompany,      ///< All operations of all accounts.
  kOperationOfThing,  ///< That of what the name is of: otherwise it is not found.
  kOwnThing,          ///< Likewise, and to have handed it over, which none of them has.
};

/// `$A` stands for an account's name, `$R` and `$E` for the id of a request and of a review's
/// envelope, which are of the operation at hand; `message_of` is added for an operation, with `$O`
/// for its word. The messages that change something are refused once they are validated.
struct MethodRow {
  std::string method;
  std::string permission;
  Needs needs;
  std::string message;
  std::string message_of = "";
  std::string OperationWords::*word = &OperationWords::field;
};
void PrintTo(const MethodRow& row, std::ostream* out) { *out << row.method; }

const std::vector<MethodRow> kRows{
    {"CreatePrivacyRequest", "submit", Needs::kSomeOperation, "parent: 'accounts/$A'", " $O {}"},
    {"GetPrivacyRequest", "read", Needs::kOperationOfThing,
     "name: 'accounts/$A/privacyRequests/$R'"},
    {"ListPrivacyRequests", "read", Needs::kAnyAccount, "parent: 'accounts/$A'"},
    {"ListExceptions", "read", Needs::kAnyAccount, "parent: 'accounts/$A'"},
    {"SummarizePrivacyRequests", "read", Needs::kAnyAccount,
     "parent: 'accounts/$A' start_time { seconds: 1 } end_time { seconds: 2 }"},
    {"LookupSubject", "read", Needs::kAnyAccount,
     "parent: 'accounts/$A' identifier: 'ann' justification: 'ticket 17'"},
    {"ListPrivacyRequestItems", "read", Needs::kOperationOfThing,
     "parent: 'accounts/$A/privacyRequests/$R'"},
    {"CancelPrivacyRequest", "submit", Needs::kOwnThing,
     "name: 'accounts/$A/privacyRequests/$R' reason: 'ticket 17'"},
    {"ChangePrivacyRequest", "decide", Needs::kOperationOfThing,
     "name: 'accounts/$A/privacyRequests/$R' change: REQUEST_CHANGE_HOLD reason: 'ticket 17' "
     "validate_only: true"},
    {"RetryPrivacyRequest", "submit", Needs::kOwnThing,
     "name: 'accounts/$A/privacyRequests/$R' idempotency_key: 'k'"},
    {"ExtendDueTime", "decide", Needs::kOperationOfThing,
     "name: 'accounts/$A/privacyRequests/$R' reason: 'ticket 17' due_time { seconds: 1 }"},
    {"ListReviews", "inspect", Needs::kNothing, "parent: 'accounts/$A'"},
    {"GetReview", "inspect", Needs::kOperationOfThing, "name: 'accounts/$A/reviews/$E-4'"},
    {"ResolveReview", "decide", Needs::kOperationOfThing,
     "name: 'accounts/$A/reviews/$E-4' etag: 'of before' decision: REVIEW_DECISION_CANCEL "
     "justification: 'ticket 17'"},
    {"PreviewReviews", "inspect", Needs::kEveryOperation, "parent: 'accounts/$A'",
     " filter { operation: $O }", &OperationWords::enumerator},
    {"ResolveReviews", "decide", Needs::kEveryOperation, "parent: 'accounts/$A'",
     " filter { operation: $O }", &OperationWords::enumerator},
    {"ChangeSubjectHold", "decide", Needs::kWholeAccount, "parent: 'accounts/$A'"},
    {"ListAccounts", "inspect", Needs::kNothing, ""},
    {"GetAccount", "inspect", Needs::kNothing, "name: 'accounts/$A'"},
    {"ResumeAccount", "decide", Needs::kWholeAccount, "name: 'accounts/$A'"},
    {"PauseCalls", "decide", Needs::kEveryOperation, "parent: 'accounts/$A'", " api: '$O'",
     &OperationWords::api},
    {"ResumeCalls", "decide", Needs::kEveryOperation, "parent: 'accounts/$A'", " api: '$O'",
     &OperationWords::api},
    {"ListPauses", "inspect", Needs::kNothing, ""},
    {"GetRecovery", "inspect", Needs::kNothing, ""},
    {"ResumeRecovery", "decide", Needs::kWholeCompany, ""},
    {"ListAuditEvents", "audit", Needs::kWholeAccount, "parent: 'accounts/$A'"}};

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what)) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// A principal: one role, for `shop` or for every account, of some operations.
struct Holder {
  std::string role;
  bool every_account;
  std::set<Operation> operations;
  std::string name;

  bool HasAll() const { return operations.size() == kOperations.size(); }
};

std::vector<Holder> Holders() {
  std::vector<Holder> holders;
  for (const auto& [role, permissions] : kPermissionsOf) {
    for (const bool every_account : {false, true}) {
      const std::string of = role + (every_account ? "-every" : "-shop");
      std::set<Operation> all;
      for (const OperationWords& words : kOperations) {
        all.insert(words.operation);
        holders.push_back({role, every_account, {words.operation}, of + "-" + words.field});
      }
      holders.push_back({role, every_account, all, of});
    }
  }
  return holders;
}

enum class Answer { kAdmitted, kDenied, kNoSuchAccount, kNoSuchThing };

void PrintTo(Answer answer, std::ostream* out) {
  *out << std::vector<std::string>{"admitted", "denied", "no such account",
                                   "no such thing"}[static_cast<std::size_t>(answer)];
}

bool IsOfThing(const MethodRow& row) {
  return row.needs == Needs::kOperationOfThing || row.needs == Needs::kOwnThing;
}

Answer Expected(const MethodRow& row, const Holder& holder, const std::string& account,
                const OperationWords* of) {
  const bool names_account = row.message.find("$A") != std::string::npos;
  const bool has = kPermissionsOf.at(holder.role).contains(row.permission);
  const bool is_name_of_thing = IsOfThing(row);
  if (names_account && account != "-" && !holder.every_account && account != "shop") {
    return Answer::kNoSuchAccount;
  }
  if (!has) return Answer::kDenied;
  const bool whole_company =
      row.needs == Needs::kWholeCompany ||
      (names_account && account == "-" && !is_name_of_thing && row.needs != Needs::kAnyAccount);
  if (whole_company && !holder.every_account) return Answer::kDenied;
  const bool has_it = of != nullptr ? holder.operations.contains(of->operation) : holder.HasAll();
  switch (row.needs) {
    case Needs::kNothing:
    case Needs::kAnyAccount: return Answer::kAdmitted;
    case Needs::kSomeOperation:
      return of == nullptr || has_it ? Answer::kAdmitted : Answer::kDenied;
    case Needs::kEveryOperation: return has_it ? Answer::kAdmitted : Answer::kDenied;
    case Needs::kWholeAccount:
    case Needs::kWholeCompany: return holder.HasAll() ? Answer::kAdmitted : Answer::kDenied;
    case Needs::kOperationOfThing:
    case Needs::kOwnThing: break;
  }
  const bool is_there = account == "shop" || account == "bank";
  if (is_there && !has_it) return Answer::kNoSuchThing;
  return is_there && row.needs == Needs::kOwnThing ? Answer::kDenied : Answer::kAdmitted;
}

class AccessMatrix : public AccessWorld {
 protected:
  void SetUp() override {
    for (const char* account : {"shop", "bank"}) {
      for (const OperationWords& words : kOperations) AddThings(account, words);
    }
    std::vector<access::Member> members;
    for (const Holder& holder : Holders()) {
      Operations operations;
      for (const Operation operation : holder.operations) operations.Add({operation});
      Grant grant{.role = *Parse<Role>(holder.role), .operations = operations};
      if (holder.every_account) grant.every_account = true;
      if (!holder.every_account) grant.accounts = {"shop"};
      members.push_back(Named(holder.name, {grant}, kEnd));
    }
    directory_.Use(access::Directory(std::move(members)));
  }

  /// A request and a review of the operation. The server is still open.
  void AddThings(const std::string& account, const OperationWords& words) {
    v1::CreatePrivacyRequestRequest request;
    const std::string identifiers = words.operation == Operation::kDisassociation
                                        ? "phones: '+919876543210'"
                                        : "identities: 'ann'";
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "parent: 'accounts/" + account + "' idempotency_key: '" + words.field + "' " + words.field +
            " {" + identifiers + "}",
        &request));
    v1::PrivacyRequest created;
    const auto status = Create(request, &created);
    ASSERT_TRUE(status.ok()) << status.error_message();
    const std::string id = created.name().substr(created.name().rfind('/') + 1);
    requests_[account + words.field] = id;
    queue_.AddEnvelope({.route = {account, words.operation}, .request = RequestId{std::stoll(id)}});
    fakes::BatchRow row = AddReview(EnvelopeOf(account, words));
    row.route = {account, words.operation};
    reviews_.SetBatch(row);
  }

  static std::int64_t EnvelopeOf(const std::string& account, const OperationWords& words) {
    return account == "bank" ? words.envelope + 100 : words.envelope;
  }

  std::unique_ptr<google::protobuf::Message> MessageOf(const MethodRow& row,
                                                       const MethodDescriptor& method,
                                                       const std::string& account,
                                                       const OperationWords* of) const {
    std::string text = row.message;
    if (of != nullptr) {
      const auto request = requests_.find(account + of->field);
      text += Replaced(row.message_of, "$O", of->*row.word);
      text = Replaced(text, "$R", request == requests_.end() ? "1" : request->second);
      text = Replaced(text, "$E", std::to_string(EnvelopeOf(account, *of)));
    }
    auto message = New(method.input_type());
    EXPECT_TRUE(
        google::protobuf::TextFormat::ParseFromString(Replaced(text, "$A", account), message.get()))
        << text;
    return message;
  }

  /// Whether the gate admitted the call is told by what it says of refusals.
  Answer AnswerTo(const std::string& principal, const MethodDescriptor& method,
                  const google::protobuf::Message& message,
                  google::protobuf::Message* answer = nullptr) {
    const std::size_t before = refused().size();
    const auto status = CallWith("Bearer token of " + principal, method, message, answer);
    const auto refusals = refused();
    const std::string reason = ReasonOf(status);
    if (refusals.size() == before) {
      EXPECT_NE(status.error_code(), StatusCode::PERMISSION_DENIED);
      EXPECT_NE(status.error_code(), StatusCode::UNAUTHENTICATED);
      const bool hidden = reason == "REQUEST_NOT_FOUND" || reason == "REVIEW_NOT_FOUND";
      return hidden ? Answer::kNoSuchThing : Answer::kAdmitted;
    }
    EXPECT_EQ(refusals.back().method, method.name());
    EXPECT_EQ(refusals.back().principal, principal);
    if (refusals.back().cause == access::Refusal::kNotPermitted) {
      EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
      EXPECT_EQ(reason, "NOT_PERMITTED");
      return Answer::kDenied;
    }
    EXPECT_EQ(refusals.back().cause, access::Refusal::kNotSeen);
    EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
    EXPECT_EQ(reason, "ACCOUNT_NOT_FOUND");
    return Answer::kNoSuchAccount;
  }

  static const MethodDescriptor& MethodNamed(const std::string& name) {
    for (const MethodDescriptor* method : AllMethods()) {
      if (method->name() == name) return *method;
    }
    throw std::out_of_range(name);
  }

  std::map<std::string, std::string> requests_;
};

TEST_F(AccessMatrix, HasEveryMethodOnce) {
  std::multiset<std::string> rows;
  for (const MethodRow& row : kRows) rows.insert(row.method);
  std::multiset<std::string> methods;
  for (const MethodDescriptor* method : AllMethods()) methods.insert(method->name());
  EXPECT_EQ(rows, methods);
}

class EveryMethod : public AccessMatrix, public testing::WithParamInterface<MethodRow> {};

TEST_P(EveryMethod, IsForThoseWhoMayAndForNobodyElse) {
  const MethodRow& row = GetParam();
  const MethodDescriptor& method = MethodNamed(row.method);
  for (const Holder& holder : Holders()) {
    for (const char* account : {"shop", "bank", "nowhere", "former", "-"}) {
      std::vector<const OperationWords*> of;
      if (!IsOfThing(row)) of.push_back(nullptr);
      for (const OperationWords& words : kOperations) {
        if (IsOfThing(row) || !row.message_of.empty()) of.push_back(&words);
      }
      for (const OperationWords* words : of) {
        const auto message = MessageOf(row, method, account, words);
        SCOPED_TRACE(holder.name + ": " + message->ShortDebugString());
        const Answer answer = AnswerTo(holder.name, method, *message);
        // What there never was is not found either, by whoever may look.
        const bool is_there = std::string(account) != "former";
        if (IsOfThing(row) && !is_there && answer == Answer::kNoSuchThing) {
          EXPECT_EQ(Expected(row, holder, account, words), Answer::kAdmitted);
          continue;
        }
        EXPECT_EQ(answer, Expected(row, holder, account, words));
      }
    }
  }
}

std::string NameOfRow(const testing::TestParamInfo<MethodRow>& info) { return info.param.method; }

INSTANTIATE_TEST_SUITE_P(AccessMatrix, EveryMethod, testing::ValuesIn(kRows), NameOfRow);

TEST_F(AccessMatrix, ListsHaveWhatIsOfTheOperationsGranted) {
  for (const std::string name : {"ListPrivacyRequests", "ListReviews"}) {
    const MethodDescriptor& method = MethodNamed(name);
    const auto message = New(method.input_type());
    message->GetReflection()->SetString(
        message.get(), method.input_type()->FindFieldByName("parent"), "accounts/shop");
    for (const Holder& holder : Holders()) {
      const auto answer = New(method.output_type());
      if (AnswerTo(holder.name, method, *message, answer.get()) != Answer::kAdmitted) continue;
      EXPECT_EQ(answer->GetReflection()->FieldSize(*answer, method.output_type()->field(0)),
                static_cast<int>(holder.operations.size()))
          << name << " as " << holder.name;
    }
  }
}

}  // namespace
}  // namespace lethe::api
