#include "core/http_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trunkline::http {
namespace {

constexpr std::size_t pending_bytes_max = 256 * 1024;  // larger answers leave in pieces
constexpr int stop_grace_ms = 2'000;  // for a body that is still arriving when the server stops
constexpr int linger_ms = 1'000;
constexpr std::size_t linger_bytes_max = 1024 * 1024;

}  // namespace

ClientStream::ClientStream(int socket, int stop_event, const ServerSettings& settings)
    : socket_(socket), stop_event_(stop_event), settings_(settings) {
  const int on = 1;  // a reply is one write: waiting for more to send would only delay it
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void ClientStream::begin_head() {
  phase_ = Phase::head;
  head_started_ = Steady::now();
  line_bytes_ = 0;
}

void ClientStream::begin_body() {
  phase_ = Phase::body;
  body_waited_ = {};
  body_bytes_ = 0;
  line_bytes_ = 0;
}

ssize_t ClientStream::fail(Failure failure) {
  if (failure_ == Failure::none) failure_ = failure;
  return -1;
}

// The library reads lines a byte at a time and keeps them however long they grow: in the head all lines count
// together, in a chunked body each line for itself.
bool ClientStream::take_line_byte() {
  return ++line_bytes_ <= settings_.head_bytes_max;
}

ssize_t ClientStream::read(char* to, size_t size) {
  if (failure_ != Failure::none) return -1;
  if (size == 1 && !take_line_byte()) return fail(Failure::head_too_large);
  if (size > 1) line_bytes_ = 0;
  if (!buffered() && !fill()) return -1;
  const std::size_t count = std::min(size, read_to_ - read_from_);
  std::memcpy(to, buffer_.data() + read_from_, count);
  read_from_ += count;
  if (size == 1 && phase_ == Phase::body && to[0] == '\n') line_bytes_ = 0;
  return static_cast<ssize_t>(count);
}

int ClientStream::time_left_ms() const {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  if (phase_ == Phase::head)
    return settings_.head_timeout_ms -
           static_cast<int>(duration_cast<milliseconds>(Steady::now() - head_started_).count());
  const auto earned_ms = body_bytes_ * 1000 / settings_.body_bytes_per_second_min;
  const auto left = static_cast<std::int64_t>(earned_ms) + settings_.body_timeout_ms - body_waited_.count();
  return static_cast<int>(std::min<std::int64_t>(left, settings_.body_timeout_ms));
}

ClientStream::Wait ClientStream::wait_readable(int timeout_ms) {
  pollfd waiting[2] = {{socket_, POLLIN, 0}, {stop_event_, POLLIN, 0}};
  const int ready = ::poll(waiting, 2, timeout_ms);
  if (waiting[0].revents != 0) return Wait::ready;
  if (ready > 0) return Wait::stopping;
  return Wait::late;
}

bool ClientStream::fill() {
  if (!flush()) return false;
  read_from_ = read_to_ = 0;
  bool in_grace = false;
  while (true) {
    const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got > 0) {
      read_to_ = static_cast<std::size_t>(got);
      if (phase_ == Phase::body) body_bytes_ += read_to_;
      return true;
    }
    if (got == 0) return fail(Failure::closed) >= 0;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(Failure::closed) >= 0;
    const int left_ms = in_grace ? stop_grace_ms : time_left_ms();
    if (left_ms <= 0) return fail(Failure::slow) >= 0;
    const auto before = Steady::now();
    pollfd waiting[2] = {{socket_, POLLIN, 0}, {in_grace ? -1 : stop_event_, POLLIN, 0}};
    const int ready = ::poll(waiting, 2, left_ms);
    body_waited_ += std::chrono::ceil<std::chrono::milliseconds>(Steady::now() - before);
    if (ready == 0 && in_grace) return fail(Failure::slow) >= 0;
    if (ready > 0 && waiting[0].revents == 0) in_grace = true;
  }
}

ssize_t ClientStream::write(const char* from, size_t size) {
  // After a broken head the library answers 400 on its own; the server says what was really wrong (answer()).
  if (failure_ != Failure::none && phase_ == Phase::head) return static_cast<ssize_t>(size);
  pending_.append(from, size);
  if (pending_.size() >= pending_bytes_max && !flush()) return -1;
  return static_cast<ssize_t>(size);
}

void ClientStream::answer(std::string_view whole_reply) {
  pending_ = whole_reply;
  flush();
}

bool ClientStream::flush() {
  std::string_view rest = pending_;
  const auto deadline = Steady::now() + std::chrono::milliseconds{settings_.write_timeout_ms};
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    pollfd waiting{socket_, POLLOUT, 0};
    const bool may_wait = (errno == EAGAIN || errno == EWOULDBLOCK) && left > 0;
    if (!may_wait || ::poll(&waiting, 1, static_cast<int>(left)) == 0) {
      pending_.clear();
      return fail(Failure::closed) >= 0;
    }
  }
  pending_.clear();
  return true;
}

bool ClientStream::client_is_gone() const {
  pollfd asked{socket_, 0, 0};
  return ::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLHUP | POLLERR)) != 0;
}

void ClientStream::close_gently() {
  flush();
  ::shutdown(socket_, SHUT_WR);
  // Closing with unread bytes resets the connection, and the client may lose the answer it was just sent.
  std::size_t dropped = 0;
  const auto deadline = Steady::now() + std::chrono::milliseconds{linger_ms};
  while (failure_ != Failure::closed && dropped < linger_bytes_max) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    if (left <= 0 || wait_readable(static_cast<int>(left)) != Wait::ready) break;
    const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got <= 0) break;
    dropped += static_cast<std::size_t>(got);
  }
  ::close(socket_);
}

}  // namespace trunkline::http
