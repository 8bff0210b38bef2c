#include <array>
#include <nlohmann/json.hpp>

#include "fuzz/fuzz.h"
#include "fuzz/utf8.h"
#include "sandbox/contract.h"

// A choice of the endpoint, a line each with a method, a path, a parameter and the headers, then
// the body.

namespace lethe::sandbox {
namespace {

using fuzz::Require;
using nlohmann::json;

constexpr std::array kPosts{Endpoint::kDelete, Endpoint::kDemerge, Endpoint::kDisassociate};

void CheckRefusal(const Refusal& refusal) {
  Require(refusal.status >= 300 && refusal.status < 500, "a refusal is none of success");
  Require(!refusal.error.empty(), "a refusal says why");
  fuzz::RequireNoEcho(refusal.error);
}

void CheckRoute(const std::string& method, const std::string& path) {
  const auto route = Route(method, path);
  if (const auto* refusal = std::get_if<Refusal>(&route)) {
    CheckRefusal(*refusal);
    Require(refusal->violation.has_value(), "a wrong way breaks the contract");
    Require((refusal->status == 301) == !refusal->location.empty(), "a redirect leads somewhere");
    return;
  }
  const Endpoint endpoint = std::get<Endpoint>(route);
  Require(path == Path(endpoint) && method == (IsPost(endpoint) ? "POST" : "GET"),
          "an endpoint has one path and one method");
}

void CheckHeadersOf(const std::string& header, bool all) {
  CallHeaders headers{.account_id = header, .passcode = header, .content_type = header};
  if (!all) headers.passcode.reset();
  if (const auto refusal = CheckHeaders(headers, Credentials("ACCOUNT", "PASS"))) {
    CheckRefusal(*refusal);
  } else {
    Require(false, "no text is an account id, its passcode and a content type");
  }
  headers = {.account_id = "ACCOUNT", .passcode = "PASS", .content_type = header};
  if (const auto refusal = CheckHeaders(headers, Credentials("ACCOUNT", "PASS")))
    CheckRefusal(*refusal);
}

void CheckParameter(const std::string& parameter) {
  const std::size_t equals = parameter.find('=');
  if (equals == std::string::npos) return;
  const std::string value = parameter.substr(equals + 1);
  const auto query = ReadProfileQuery({{parameter.substr(0, equals), value}});
  Require(!query || (query->value == value && !value.empty()),
          "a profile is asked for by its name");
}

void CheckGood(const CheckedCall& checked, Endpoint endpoint, const std::string& body) {
  const Call& call = checked.call;
  Require((endpoint == Endpoint::kDisassociate) == (call.kind == CallKind::kPhone),
          "phones are disassociated, and nothing else");
  Require(static_cast<int>(call.identifiers.size()) == checked.size && checked.size > 0 &&
              call.identifiers.size() <=
                  (call.kind == CallKind::kPhone ? kMaxPhonesPerCall : kMaxPerCall),
          "a call has as many identifiers as it may");
  Require(checked.duplicates >= 0 && checked.duplicates < checked.size, "one is the first");
  for (const std::string& identifier : call.identifiers) {
    const auto characters = fuzz::CountUtf8(identifier);
    Require(characters && *characters > 0 && *characters <= kMaxIdentityCharacters,
            "an identifier is UTF-8 and not too long");
  }
  Require(json::parse(body, nullptr, false).is_object(), "a call is a JSON object");
}

void CheckBodyOf(Endpoint endpoint, const std::string& body) {
  const CheckedCall checked = CheckBody(endpoint, body);
  Require(checked.size >= 0 && checked.duplicates >= 0, "counts are from 0 on");
  if (!checked.refusal) return CheckGood(checked, endpoint, body);
  CheckRefusal(*checked.refusal);
  Require(checked.refusal->status == 400 && checked.refusal->violation.has_value(),
          "a bad body breaks the contract");
}

void Run(fuzz::Input& input) {
  const Endpoint endpoint = kPosts[input.Choose(kPosts.size())];
  const bool all_headers = input.Flip();
  const std::string method(input.Line());
  const std::string path(input.Line());
  const std::string parameter(input.Line());
  const std::string header(input.Line());
  const std::string body(input.Rest());
  CheckRoute(method, path);
  CheckRoute(fuzz::Planted(method), path);
  CheckParameter(parameter);
  CheckHeadersOf(header, all_headers);
  CheckBodyOf(endpoint, body);
  CheckBodyOf(endpoint, fuzz::Planted(body));
  Require(!IsPhone(body) || (body.size() >= 8 && body.size() <= 16), "a phone is E.164");
}

}  // namespace
}  // namespace lethe::sandbox

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::sandbox::Run(input);
  return 0;
}
