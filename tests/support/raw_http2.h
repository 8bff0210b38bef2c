#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lethe::test {

// The bytes of HTTP/2 as a client sends them that no library would be: see RFC 9113.

/// `size` bytes, the highest first.
inline std::string BigEndian(std::size_t number, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

inline std::string Http2Frame(int type, int flags, int stream, const std::string& payload) {
  return BigEndian(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) +
         BigEndian(static_cast<std::size_t>(stream), 4) + payload;
}

/// The beginning of a connection on which the server may send so many bytes for each call.
inline std::string Http2Hello(std::size_t window) {
  const std::string initial_window = BigEndian(4, 2) + BigEndian(window, 4);
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Frame(4, 0, 0, initial_window);
}

/// A whole gRPC call; `stream` is odd, and higher than those before.
inline std::string Http2Call(int stream, std::string_view path, const std::string& message) {
  const auto header = [](std::string_view name, std::string_view value) {
    std::string bytes(1, '\0');
    bytes += static_cast<char>(name.size());
    bytes += name;
    bytes += static_cast<char>(value.size());
    bytes += value;
    return bytes;
  };
  const std::string headers = "\x83\x86" /* POST, http */ + header(":path", path) +
                              header(":authority", "lethe") + header("te", "trailers") +
                              header("content-type", "application/grpc");
  const std::string data = std::string(1, '\0') + BigEndian(message.size(), 4) + message;
  return Http2Frame(1, 4, stream, headers) + Http2Frame(0, 1, stream, data);
}

}  // namespace lethe::test
