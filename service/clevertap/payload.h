#pragma once

#include <string>
#include <string_view>

#include "lethe/result.h"
#include "lethe/vendor.h"

namespace lethe::clevertap {

/// What is POSTed: a path, perhaps with a query, below the account's base URL and a JSON body. The
/// body holds identifiers; it is sent and dropped, never logged.
struct Payload {
  std::string path;
  std::string body;
};

/// The call in CleverTap's words. Fails (kInternal, never with a value in the message) rather than
/// sending what CleverTap would misread:
///   KIND_NOT_TAKEN        the operation's endpoint does not take that kind of identifier;
///   NO_IDENTIFIERS        what an empty array means is not documented;
///   TOO_MANY_IDENTIFIERS  more than EnvelopeCapacity() is refused whole;
///   NOT_UTF8              an identifier that JSON cannot carry;
///   NO_DRY_RUN            the operation's endpoint would carry a dry run out.
/// `disassociate_path` is the account's.
Result<Payload> MakePayload(const VendorCall& call, std::string_view disassociate_path);

}  // namespace lethe::clevertap
