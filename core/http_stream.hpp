// One client's socket as cpp-httplib reads and writes it, with the limits that the library lacks: overall
// time limits for a request's head and body (not per read), a bound on the head and on every line, and one
// write a reply. Only core/http_*.cpp include this.
#pragma once
#include <httplib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "core/http_server.hpp"

namespace trunkline::http {

class ClientStream final : public httplib::Stream {
 public:
  enum class Failure { none, closed, slow, head_too_large };

  // `stop_event` becomes readable when the server stops: idle waits end at once, bodies have a little grace.
  ClientStream(int socket, int stop_event, const ServerSettings& settings);

  // Waits for a request's first byte; false when there will be none. `idle_limit_ms` is asked again and
  // again, because a crowded server waits less.
  template <class IdleLimit>
  bool wait_for_request(IdleLimit idle_limit_ms);
  void begin_body();
  Failure failure() const { return failure_; }
  bool flush();
  bool client_is_gone() const;                // as far as one can tell without writing
  void answer(std::string_view whole_reply);  // instead of whatever was not yet sent
  // Ends our side, lets the client read our answer, drops what it still sends (bounded), closes.
  void close_gently();

  bool is_readable() const override { return true; }
  bool is_writable() const override { return failure_ == Failure::none; }
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip.clear(), port = 0; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip.clear(), port = 0; }
  socket_t socket() const override { return socket_; }

 private:
  using Steady = std::chrono::steady_clock;
  enum class Phase { head, body };
  enum class Wait { ready, stopping, late };

  bool buffered() const { return read_from_ < read_to_; }
  void begin_head();
  bool take_line_byte();
  bool fill();
  int time_left_ms() const;
  Wait wait_readable(int timeout_ms);
  ssize_t fail(Failure failure);

  int socket_;
  int stop_event_;
  const ServerSettings& settings_;
  Phase phase_ = Phase::head;
  Failure failure_ = Failure::none;
  Steady::time_point head_started_{};
  std::chrono::milliseconds body_waited_{0};
  std::size_t body_bytes_ = 0;
  std::size_t line_bytes_ = 0;
  std::array<char, 16 * 1024> buffer_;
  std::size_t read_from_ = 0;
  std::size_t read_to_ = 0;
  std::string pending_;
};

template <class IdleLimit>
bool ClientStream::wait_for_request(IdleLimit idle_limit_ms) {
  const auto since = Steady::now();
  while (!buffered()) {
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - since).count();
    const auto left = idle_limit_ms() - static_cast<int>(waited);
    if (left <= 0) return false;
    constexpr int slice_ms = 500;
    switch (wait_readable(std::min(left, slice_ms))) {
      case Wait::stopping:
        return false;
      case Wait::late:
        continue;
      case Wait::ready:
        if (!fill()) return false;
    }
  }
  begin_head();
  return true;
}

}  // namespace trunkline::http
