#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "clevertap/curl_exchange.h"
#include "clevertap/vendor_time.h"
#include "fuzz/fuzz.h"

// A choice of the call, then every byte of the answer to it, status line and headers included,
// through libcurl.

namespace lethe::clevertap {
namespace {

using fuzz::Require;

/// The last second of the year 9999: HTTP's dates have years of four digits.
constexpr TimePoint kLastDate{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} -
                              std::chrono::seconds(1)};

const std::string kBody = R"({"identity":["x"]})";

/// Answers each call with the bytes that it was given, and closes the connection.
class Peer {
 public:
  Peer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    Require(listener_ >= 0 && bind(listener_, any, size) == 0 && listen(listener_, 8) == 0 &&
                getsockname(listener_, any, &size) == 0,
            "this machine has a loopback");
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    std::thread([this] {
      while (true) Serve(accept(listener_, nullptr, nullptr));
    }).detach();
  }

  void AnswerWith(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    answer_ = bytes;
  }

  const std::string& url() const { return url_; }

 private:
  void Serve(int connection) {
    std::string request;
    char buffer[2048];
    while (!IsWhole(request)) {
      const ssize_t got = recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    {
      const std::lock_guard lock(mutex_);
      send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
    shutdown(connection, SHUT_WR);
    while (recv(connection, buffer, sizeof buffer, 0) > 0) {
    }
    close(connection);
  }

  static bool IsWhole(const std::string& request) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    return request.starts_with("GET") || request.size() >= end + 4 + kBody.size();
  }

  int listener_;
  std::string url_;
  std::mutex mutex_;
  std::string answer_;
};

void CheckDate(const std::optional<TimePoint>& date) {
  Require(!date || (*date >= TimePoint() && *date <= kLastDate), "a date is one that HTTP has");
}

void CheckTransport(const Transport& transport) {
  Require(!Name(transport.ending).empty() || transport.ending == Ending::kComplete,
          "the ending is one of the endings");
  Require(transport.ending != Ending::kConnect && transport.ending != Ending::kResolve &&
              transport.ending != Ending::kTls && transport.ending != Ending::kBadUrl,
          "there was a connection");
  Require(
      transport.http_status == 0 || (transport.http_status >= 100 && transport.http_status <= 999),
      "a status has three digits");
  Require(transport.body.size() <= kMaxAnswerBytes, "an answer is bounded");
  Require(!transport.retry_after || transport.retry_after->count() > 0, "a retry is later");
  CheckDate(transport.date);

  const std::vector<Identifier> identifiers{Identifier("x")};
  const VendorReply reply = Classify({.account = "shop",
                                      .operation = Operation::kErasure,
                                      .kind = IdentifierKind::kIdentity,
                                      .identifiers = identifiers},
                                     transport);
  Require(!reply.retry_after || *reply.retry_after <= milliseconds(kMaxRetryAfter),
          "a retry is an hour away at most");
  Require(reply.outcome != OutcomeClass::kNotSent, "the call was sent");
}

Account AccountAt(const std::string& url) {
  return {.name = "shop",
          .base_url = url,
          .account_id = "ACCOUNT",
          .passcode_file = "",
          .hours = {TimeZone::Find("UTC").value()}};
}

void Run(fuzz::Input& input) {
  // Never ends: its thread waits for the next call when the process exits.
  static Peer& peer = *new Peer;
  static const Account account = AccountAt(peer.url());
  constexpr milliseconds kLimit{5'000};
  const bool asks_time = input.Flip();
  peer.AnswerWith(input.Rest());
  if (asks_time) {
    CheckDate(AskTime(account, {}).date);
  } else {
    CheckTransport(CurlHandle({}).Perform(
        {.url = peer.url() + "/1/delete/profiles.json", .headers = {}, .body = kBody}, kLimit));
  }
}

}  // namespace
}  // namespace lethe::clevertap

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  lethe::fuzz::Input input(bytes, size);
  lethe::clevertap::Run(input);
  return 0;
}
