#include "ops/bench/http_load.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "ops/bench/race.hpp"

namespace trunkline::bench {
namespace {

using Steady = std::chrono::steady_clock;

struct Connection {
  int socket = -1;
  std::string answer;
  std::size_t whole = 0;  // its size, once the head is there
  Steady::time_point asked;
};

void send_whole(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) give_up("the server closed a connection");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// True when the answer is complete.
bool take_piece(Connection& from) {
  static std::array<char, 64 * 1024> piece;
  const ssize_t got = ::recv(from.socket, piece.data(), piece.size(), 0);
  if (got <= 0) give_up("the server closed a connection");
  from.answer.append(piece.data(), static_cast<std::size_t>(got));
  if (from.whole == 0) {
    const auto end = from.answer.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto length = from.answer.find("Content-Length: ");
    from.whole = end + 4 + (length < end ? std::strtoul(from.answer.c_str() + length + 16, nullptr, 10) : 0);
  }
  if (from.answer.size() < from.whole) return false;
  if (from.answer.compare(9, 3, "200") != 0) give_up("refused: " + from.answer);
  return true;
}

void send_request(Connection& on, std::string_view text) {
  on.answer.clear();
  on.whole = 0;
  on.asked = Steady::now();
  send_whole(on.socket, text);
}

}  // namespace

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    give_up("cannot connect");
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

std::string ask(int port, std::string_view request) {
  Connection connection;
  connection.socket = connect_to(port);
  send_request(connection, request);
  while (!take_piece(connection)) continue;
  ::close(connection.socket);
  return connection.answer.substr(connection.answer.find("\r\n\r\n") + 4);
}

Served load(int port, const Load& plan, const std::function<std::string_view()>& next_request) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections(static_cast<std::size_t>(plan.connections));
  const auto started = Steady::now();
  for (Connection& each : connections) {
    each.socket = connect_to(port);
    epoll_event interest{EPOLLIN, {.ptr = &each}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, each.socket, &interest);
    send_request(each, next_request());
  }
  std::vector<double> waits_ms;
  std::size_t bytes = 0;
  const auto until =
      started + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(plan.seconds));
  std::array<epoll_event, 64> ready;
  while (Steady::now() < until) {
    const int count = ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), 1'000);
    for (int i = 0; i < count; ++i) {
      auto& each = *static_cast<Connection*>(ready[static_cast<std::size_t>(i)].data.ptr);
      if (!take_piece(each)) continue;
      waits_ms.push_back(std::chrono::duration<double, std::milli>(Steady::now() - each.asked).count());
      bytes = each.answer.size();
      send_request(each, next_request());
    }
  }
  const double seconds = std::chrono::duration<double>(Steady::now() - started).count();
  for (const Connection& each : connections) ::close(each.socket);
  ::close(poll);
  if (waits_ms.empty()) give_up("no answer at all");
  std::sort(waits_ms.begin(), waits_ms.end());
  return {waits_ms.size(), seconds, waits_ms[waits_ms.size() / 2], waits_ms[waits_ms.size() * 99 / 100],
          bytes};
}

}  // namespace trunkline::bench
