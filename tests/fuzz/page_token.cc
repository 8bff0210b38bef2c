#include "api/fields/page_token.h"

#include "fuzz/fuzz.h"

// A line with the list that a token is for, and a token.

namespace lethe::api {
namespace {

using fuzz::Require;

void Run(fuzz::Input& input) {
  const std::string query(input.Line());
  const std::string token(input.Rest());

  if (const auto last = DecodePageTokenText(query, token)) {
    Require(EncodePageToken(query, *last) == token, "a list has one token for a place");
    Require(!DecodePageTokenText(query + "x", token), "a token of one list is none of another");
  }
  if (const auto last = DecodePageToken(query, token)) {
    Require(EncodePageToken(query, *last) == token, "a number has one token");
  }

  // Whatever the token is, it may be the place.
  const std::string made = EncodePageToken(query, token);
  Require(DecodePageTokenText(query, made) == token, "a token goes there and back");
  std::int64_t number = static_cast<std::int64_t>(token.size());
  for (const char c : token)
    number = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) * 257 +
                                       static_cast<std::uint8_t>(c));
  Require(DecodePageToken(query, EncodePageToken(query, number)) == number,
          "a token of a number goes there and back");
}

}  // namespace
}  // namespace lethe::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::api::Run(input);
  return 0;
}
