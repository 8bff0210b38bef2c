#include "net/listener.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace lethe::net {
namespace {

using testing::HasSubstr;

/// Whether a connection to `host`, an address of `family`, is taken.
bool Connects(int family, const char* host, int port) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (family == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET6, host, &v6.sin6_addr);
    size = sizeof(v6);
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, host, &v4.sin_addr);
    size = sizeof(v4);
  }
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = connect(fd, reinterpret_cast<sockaddr*>(&address), size) == 0;
  close(fd);
  return connected;
}

TEST(Listener, EveryAddressMeansBothFamilies) {
  const auto listener = Listener::Open("[::]:0");
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  EXPECT_TRUE(Connects(AF_INET, "127.0.0.1", listener->port()));
  EXPECT_TRUE(Connects(AF_INET6, "::1", listener->port()));
}

TEST(Listener, AnAddressMeansItself) {
  const auto v4 = Listener::Open("127.0.0.1:0");
  ASSERT_TRUE(v4.ok()) << v4.error().message;
  EXPECT_TRUE(Connects(AF_INET, "127.0.0.1", v4->port()));
  EXPECT_FALSE(Connects(AF_INET6, "::1", v4->port()));

  const auto v6 = Listener::Open("[::1]:0");
  ASSERT_TRUE(v6.ok()) << v6.error().message;
  EXPECT_TRUE(Connects(AF_INET6, "::1", v6->port()));
}

TEST(Listener, ANameMeansItsIPv4AddressFirst) {
  const auto listener = Listener::Open("localhost:0");
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  EXPECT_TRUE(Connects(AF_INET, "127.0.0.1", listener->port()));
}

TEST(Listener, SaysWhyNot) {
  const auto first = Listener::Open("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.error().message;
  const std::string taken = "127.0.0.1:" + std::to_string(first->port());
  const auto second = Listener::Open(taken);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(second.error().reason, "LISTEN_FAILED");
  EXPECT_THAT(second.error().message, HasSubstr(taken + ": Address already in use"));

  for (const char* wrong : {"192.0.2.1:0", "no such address", "no such host:0", ":", ""}) {
    EXPECT_FALSE(Listener::Open(wrong).ok()) << wrong;
  }
}

TEST(Listener, ThePortIsFreeAgainAfterwards) {
  std::string address;
  {
    auto listener = Listener::Open("127.0.0.1:0");
    ASSERT_TRUE(listener.ok()) << listener.error().message;
    address = "127.0.0.1:" + std::to_string(listener->port());
  }
  EXPECT_TRUE(Listener::Open(address).ok());
}

}  // namespace
}  // namespace lethe::net
