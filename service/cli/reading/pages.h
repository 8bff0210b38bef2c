#pragma once

#include <grpcpp/support/status.h>

#include <algorithm>
#include <limits>
#include <string>

#include "cli/output/streams.h"
#include "lethe/limits.h"

namespace lethe::cli {

/// A limit that is none.
inline constexpr int kEveryRow = std::numeric_limits<int>::max();

/// Asks for page after page, at most `limit` rows in all, and hands each to `show`, which returns
/// how many rows it had. Where a person waits and does not see the rows, tells how many there are
/// so far. The exit code.
template <typename Request, typename Ask, typename Show>
int ForEachPage(Request request, int limit, const Streams& streams, Ask ask, Show show) {
  int count = 0;
  const bool tells = streams.interactive && !streams.terminal;
  do {
    request.set_page_size(std::min(limit - count, kMaxPageSize));
    auto page = ask(request);
    if (!page.status.ok()) {
      if (tells && count > 0) streams.err << '\n';
      return Fail(streams, page.status);
    }
    count += show(page.response);
    if (tells) streams.err << '\r' << count << " rows" << std::flush;
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty() && count < limit);
  if (tells) streams.err << '\n';
  return kOk;
}

/// What a call has answered.
template <typename Response>
struct Answered {
  grpc::Status status;
  Response response;
};

}  // namespace lethe::cli
