#include "api/fields/names.h"

#include "fuzz/fuzz.h"
#include "runtime/config_values.h"

// The name of a resource.

namespace lethe::api {
namespace {

using fuzz::Require;

void RequireSlug(const std::string& account) {
  Require(runtime::ParseSlug(account).ok(), "the account of a name could be configured");
}

void Check(const std::string& text) {
  const auto account = ParseAccountName(text);
  const auto request = ParseRequestName(text);
  const auto review = ParseReviewName(text);
  Require(account.has_value() + request.has_value() + review.has_value() <= 1,
          "a name is of one kind");
  // The gate looks at the account before the name is validated: it must be the same one.
  const auto named = account   ? *account
                     : request ? request->account
                     : review  ? review->account
                               : std::string(AccountIn(text));
  Require(named == AccountIn(text), "a call is authorised for the account that it names");
  if (account) {
    RequireSlug(*account);
    Require(FormatAccountName(*account) == text, "an account has one name");
  }
  if (request) {
    RequireSlug(request->account);
    Require(ToInt(request->id) > 0, "ids are positive");
    Require(FormatRequestName(request->account, request->id) == text, "a request has one name");
  }
  if (review) {
    RequireSlug(review->account);
    Require(ToInt(review->batch.envelope) > 0 && review->batch.lo >= 0, "ids are positive");
    Require(FormatReviewName(review->account, review->batch) == text, "a review has one name");
  }
  if (const auto batch = ParseReviewId(text)) {
    Require(FormatReviewId(*batch) == text, "a review has one id");
  }
}

}  // namespace
}  // namespace lethe::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::api::Check({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
