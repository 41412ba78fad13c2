// A client that sends exactly the bytes it is given over a real socket, as broken or slow as a test wants
// them.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

namespace trunkline::testing {

struct RawReply {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;

  std::string header(std::string_view name) const {
    std::string wanted = "\r\n" + std::string{name} + ": ";
    const auto at = std::search(head.begin(), head.end(), wanted.begin(), wanted.end(),
                                [](char a, char b) { return std::tolower(a) == std::tolower(b); });
    if (at == head.end()) return {};
    const auto from = static_cast<std::size_t>(at - head.begin()) + wanted.size();
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) finish();
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { finish(); }

  // False when the server no longer takes it.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void half_close() { ::shutdown(socket_, SHUT_WR); }
  void finish() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  // The next reply on the connection; waits up to ten seconds for each piece of it.
  RawReply receive() {
    RawReply reply;
    while (buffer_.find("\r\n\r\n") == std::string::npos)
      if (!more()) return reply;
    const auto head_size = buffer_.find("\r\n\r\n") + 4;
    reply.head = buffer_.substr(0, head_size);
    buffer_.erase(0, head_size);
    std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
    if (reply.status == 100) return receive();
    const std::string length_text = reply.header("Content-Length");
    std::size_t length = 0;
    std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
    while (buffer_.size() < length)
      if (!more()) return reply;
    reply.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return reply;
  }
  // True when the server has ended the connection.
  bool ended() { return buffer_.empty() && !more(); }

  RawReply ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }

 private:
  bool more() {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) <= 0) return false;
    char piece[64 * 1024];
    const ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
    if (got <= 0) return false;
    buffer_.append(piece, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  std::string buffer_;
};

}  // namespace trunkline::testing
