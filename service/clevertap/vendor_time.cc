#include "clevertap/vendor_time.h"

namespace lethe::clevertap {
namespace {

constexpr milliseconds kLongestQuestion{10'000};

}  // namespace

VendorTime AskTime(const Account& account, const HttpOptions& options) {
  // A cache on the way would answer with the time of an earlier answer.
  const Transport transport = CurlHandle(options).Perform(
      {.url = account.base_url + account.probe_path, .headers = {"Cache-Control: no-cache"}},
      kLongestQuestion);
  const bool answered = transport.http_status != 0;
  return {.ending = answered ? Ending::kComplete : transport.ending, .date = transport.date};
}

}  // namespace lethe::clevertap
