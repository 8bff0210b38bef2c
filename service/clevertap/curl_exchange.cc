#include "clevertap/curl_exchange.h"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <string_view>

namespace lethe::clevertap {
namespace {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void InitLibraryOnce() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw std::bad_alloc();
}

/// What the callbacks see of one call.
struct Exchange {
  std::string_view unsent;
  std::string answer = {};
};

std::size_t TakeBody(char* buffer, std::size_t size, std::size_t count, void* context) noexcept {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view piece = exchange.unsent.substr(0, size * count);
  std::memcpy(buffer, piece.data(), piece.size());
  exchange.unsent.remove_prefix(piece.size());
  return piece.size();
}

std::size_t GiveAnswer(const char* piece, std::size_t size, std::size_t count,
                       void* context) noexcept {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::size_t bytes = size * count;
  if (bytes > kMaxAnswerBytes - exchange.answer.size()) return CURL_WRITEFUNC_ERROR;
  exchange.answer.append(piece, bytes);
  return bytes;
}

Ending EndingOf(CURLcode code) {
  switch (code) {
    case CURLE_OK: return Ending::kComplete;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return Ending::kBadUrl;
    case CURLE_COULDNT_RESOLVE_HOST: return Ending::kResolve;
    case CURLE_COULDNT_CONNECT: return Ending::kConnect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR: return Ending::kTls;
    case CURLE_OPERATION_TIMEDOUT: return Ending::kTimeout;
    case CURLE_WRITE_ERROR: return Ending::kTooLarge;
    default: return Ending::kBroken;
  }
}

/// A status has three digits. libcurl reads any number behind `HTTP/2`, over HTTP/1.1 too; the
/// store has no room for more.
bool IsOfHttp(long status) { return status >= 100 && status <= 999; }

/// HTTP's dates have years of four digits. libcurl reads longer ones too, up to times that no
/// TimePoint holds.
constexpr std::time_t kLastDate = 253'402'300'799;  // 9999-12-31T23:59:59Z

/// Of the latest answer.
std::optional<TimePoint> DateOf(CURL* curl) {
  curl_header* date = nullptr;
  if (curl_easy_header(curl, "Date", 0, CURLH_HEADER, -1, &date) != CURLHE_OK) return {};
  const std::time_t seconds = curl_getdate(date->value, nullptr);
  if (seconds < 0 || seconds > kLastDate) return {};
  return TimePoint(std::chrono::seconds(seconds));
}

HeaderList MakeHeaders(const std::vector<std::string>& headers) {
  HeaderList list;
  for (const std::string& header : headers) {
    curl_slist* const longer = curl_slist_append(list.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

}  // namespace

void CurlHandle::Cleanup::operator()(void* handle) const { curl_easy_cleanup(handle); }

CurlHandle::CurlHandle(const HttpOptions& options) {
  InitLibraryOnce();
  handle_.reset(curl_easy_init());
  CURL* const curl = handle_.get();
  if (curl == nullptr) throw std::bad_alloc();
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  // A look-up that hangs must not hold the call past its time-out.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "lethe/" LETHE_VERSION);
  // A body that comes from a callback and cannot be rewound is what keeps libcurl from POSTing it
  // again by itself on a new connection, as it does with CURLOPT_POSTFIELDS when a reused one
  // closes without an answer.
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, TakeBody);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, GiveAnswer);
}

CurlHandle::~CurlHandle() = default;
CurlHandle::CurlHandle(CurlHandle&&) noexcept = default;
CurlHandle& CurlHandle::operator=(CurlHandle&&) noexcept = default;

Transport CurlHandle::Perform(const HttpRequest& request, milliseconds limit) {
  CURL* const curl = handle_.get();
  std::string_view body;
  if (request.body) body = *request.body;
  Exchange exchange{.unsent = body};
  const HeaderList headers = MakeHeaders(request.headers);
  curl_easy_setopt(curl, request.body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl, CURLOPT_READDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);

  Transport transport{.ending = EndingOf(curl_easy_perform(curl))};
  transport.body_left = exchange.unsent.size() < body.size();
  // libcurl says so of an answer that is not HTTP as well.
  if (transport.ending == Ending::kBadUrl && transport.body_left) {
    transport.ending = Ending::kBroken;
  }
  transport.body = std::move(exchange.answer);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (IsOfHttp(status)) {
    transport.http_status = static_cast<int>(status);
  } else if (transport.ending == Ending::kComplete) {
    transport.ending = Ending::kBroken;
  }
  // CleverTap cannot have answered a call before it has read all of it: this is an earlier call's
  // answer, sent twice.
  if (!exchange.unsent.empty() && IsSuccess(transport.http_status)) {
    transport.ending = Ending::kBroken;
    transport.http_status = 0;
  }
  curl_off_t took_us = 0;
  curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME_T, &took_us);
  transport.took = std::chrono::ceil<milliseconds>(std::chrono::microseconds(took_us));
  curl_off_t retry_after = 0;
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
  if (retry_after > 0) transport.retry_after = std::chrono::seconds(retry_after);
  transport.date = DateOf(curl);

  // The handle outlives this call's memory.
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(curl, CURLOPT_READDATA, nullptr);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, nullptr);
  return transport;
}

}  // namespace lethe::clevertap
