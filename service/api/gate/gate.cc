#include "api/gate/gate.h"

#include <optional>
#include <utility>

#include "api/fields/names.h"
#include "api/gate/known_accounts.h"
#include "api/gate/peer_certificate.h"
#include "lethe/reasons.h"

namespace lethe::api {
namespace {

/// Of the header `authorization: Bearer TOKEN`; the scheme is of no case. A header of another form
/// is a token that names nobody. Nothing without a header.
std::optional<std::string_view> TokenIn(const grpc::CallbackServerContext& context) {
  constexpr std::string_view kScheme = "bearer ";
  const auto& headers = context.client_metadata();
  const auto header = headers.find("authorization");
  if (header == headers.end()) return std::nullopt;
  const std::string_view value(header->second.data(), header->second.size());
  if (headers.count("authorization") > 1 || value.size() < kScheme.size()) return "";
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = value[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return "";
  }
  return value.substr(kScheme.size());
}

/// What would be needed, for the principal itself: its name and grants are no secret to it.
std::string Needed(std::string_view principal, const Asked& asked) {
  std::string text = std::string(principal) + " lacks the permission " + Text(asked.permission);
  switch (asked.of) {
    case Asked::Of::kOneAccount: text += " for " + FormatAccountName(asked.account); break;
    case Asked::Of::kEveryAccount: text += " for every account"; break;
    case Asked::Of::kSomeAccounts: break;
  }
  if (asked.operations == Operations::All()) {
    text += " and every operation";
  } else {
    for (const Operation operation : kAll<Operation>) {
      if (asked.operations.Contains(operation)) text += " and " + Text(operation);
    }
  }
  std::string roles;
  for (const Role role : kAll<Role>) {
    if (Has(role, asked.permission)) roles += (roles.empty() ? "" : ", ") + Text(role);
  }
  return text + "; roles that have it: " + roles;
}

}  // namespace

Caller::Caller(std::shared_ptr<const Principal> principal, const Asked& asked, TimePoint now)
    : principal_(std::move(principal)), permission_(asked.permission), now_(now) {
  if (asked.of == Asked::Of::kOneAccount) {
    operations_ = OperationsFor(*principal_, permission_, asked.account, now);
  }
}

Result<access::Recognition> Gate::Recognise(const grpc::CallbackServerContext& context,
                                            std::string_view method) const {
  const auto directory = directory_.Current();
  access::Credentials credentials;
  PeerCertificate certificate;
  if (!directory->open()) credentials.token = TokenIn(context);
  if (!credentials.token && directory->knows_certificates()) {
    certificate = PeerCertificate(context, certificates_);
    credentials.certificate = certificate.names();
    credentials.certificate_until = certificate.until();
  }
  access::Recognition recognition = directory->Recognise(credentials, clock_.Now());
  if (!recognition.refusal) return recognition;
  const auto& principal = recognition.principal;
  return Refuse(method, *recognition.refusal, principal ? principal->name : "", {});
}

Result<Caller> Gate::Admit(const grpc::CallbackServerContext& context, std::string_view method,
                           const Asked& asked) const {
  auto recognition = Recognise(context, method);
  if (!recognition.ok()) return recognition.error();
  const TimePoint now = clock_.Now();
  const auto& principal = recognition->principal;
  switch (Judge(*principal, asked, now)) {
    case Verdict::kYes: break;
    case Verdict::kDenied:
      return Refuse(method, access::Refusal::kNotPermitted, principal->name, asked);
    case Verdict::kNotSeen:
      return Refuse(method, access::Refusal::kNotSeen, principal->name, asked);
  }
  return Caller(std::move(recognition->principal), asked, now);
}

Error Gate::RefuseOfAnother(std::string_view method, const Caller& caller) const {
  if (on_refused_) {
    on_refused_({.method = method,
                 .cause = access::Refusal::kNotPermitted,
                 .principal = caller.name(),
                 .at = clock_.Monotonic()});
  }
  return {.code = ErrorCode::kPermissionDenied,
          .reason = Text(ErrorReason::kNotPermitted),
          .message = caller.name() +
                     " did not hand this request over: an operator changes the requests of others"};
}

Error Gate::Refuse(std::string_view method, access::Refusal cause, std::string_view principal,
                   const Asked& asked) const {
  if (on_refused_) {
    on_refused_(
        {.method = method, .cause = cause, .principal = principal, .at = clock_.Monotonic()});
  }
  switch (cause) {
    case access::Refusal::kNotSeen: return NoSuchAccount();
    case access::Refusal::kNotPermitted:
      return {.code = ErrorCode::kPermissionDenied,
              .reason = Text(ErrorReason::kNotPermitted),
              .message = Needed(principal, asked)};
    case access::Refusal::kNoCredential:
    case access::Refusal::kUnknownCredential:
    case access::Refusal::kExpiredCredential:
    case access::Refusal::kNotYetValid:
    case access::Refusal::kUnusableJwt:
    case access::Refusal::kUnknownIssuer:
    case access::Refusal::kUnknownJwtKey:
    case access::Refusal::kWrongSignature:
    case access::Refusal::kWrongAudience:
    case access::Refusal::kUnknownSubject: break;
  }
  return {.code = ErrorCode::kUnauthenticated,
          .reason = Text(ErrorReason::kNotRecognised),
          .message =
              "the call shows no credential that names anybody now: it needs a token "
              "(authorization: Bearer TOKEN) or a client certificate"};
}

}  // namespace lethe::api
