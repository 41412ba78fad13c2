#include "core/http_pool.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "core/http.hpp"

namespace trunkline::http {
namespace {

thread_local bool on_accepting_thread = false;

constexpr std::size_t leaving_max = 512;  // more are closed without waiting for the client to read
constexpr std::chrono::milliseconds leaving_time{500};

std::string overloaded_reply() {
  const Response response =
      problem(try_again("overloaded", "all connections of this server are in use; try again"));
  return "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: " +
         response.content_type + "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" +
         response.body;
}

}  // namespace

ConnectionPool::ConnectionPool(std::size_t threads_max, std::atomic<std::size_t>& busy)
    : threads_max_(threads_max), busy_(busy) {}

bool ConnectionPool::refusing() {
  return on_accepting_thread;
}

void ConnectionPool::enqueue(std::function<void()> connection) {
  {
    const std::lock_guard lock(mutex_);
    if (busy_ < threads_max_) {
      ++busy_;
      waiting_.push_back(std::move(connection));
      if (idle_ < waiting_.size() && threads_.size() < threads_max_)
        threads_.emplace_back([this] { work(); });
      changed_.notify_one();
      return;
    }
  }
  on_accepting_thread = true;
  connection();
  on_accepting_thread = false;
}

void ConnectionPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    const auto connection = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    connection();
    --busy_;
    lock.lock();
  }
}

void ConnectionPool::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Refuser::Refuser() : wake_event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), thread_([this] { run(); }) {}

Refuser::~Refuser() {
  closing_ = true;
  ::eventfd_write(wake_event_, 1);
  thread_.join();
  ::close(wake_event_);
}

void Refuser::refuse(int socket) {
  static const std::string reply = overloaded_reply();
  const ssize_t sent = ::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(socket, SHUT_WR);
  const std::lock_guard lock(mutex_);
  if (sent < 0 || arriving_.size() >= leaving_max) {
    ::close(socket);
    return;
  }
  arriving_.push_back({socket, std::chrono::steady_clock::now() + leaving_time});
  ::eventfd_write(wake_event_, 1);
}

void Refuser::run() {
  std::vector<Leaving> leaving;
  std::vector<pollfd> polled;
  while (!closing_) {
    polled.assign(1, {wake_event_, POLLIN, 0});
    for (const Leaving& each : leaving) polled.push_back({each.socket, POLLIN, 0});
    ::poll(polled.data(), polled.size(), leaving.empty() ? -1 : 100);
    eventfd_t wakes;
    if (polled[0].revents != 0) ::eventfd_read(wake_event_, &wakes);
    const auto now = std::chrono::steady_clock::now();
    std::size_t at = 0;
    std::erase_if(leaving, [&](const Leaving& each) {
      std::array<char, 4096> dropped;
      const bool readable = polled[++at].revents != 0;
      const bool gone = readable && ::recv(each.socket, dropped.data(), dropped.size(), MSG_DONTWAIT) <= 0;
      if (!gone && now < each.until) return false;
      ::close(each.socket);
      return true;
    });
    const std::lock_guard lock(mutex_);
    leaving.insert(leaving.end(), arriving_.begin(), arriving_.end());
    arriving_.clear();
  }
  const std::lock_guard lock(mutex_);
  leaving.insert(leaving.end(), arriving_.begin(), arriving_.end());
  for (const Leaving& each : leaving) ::close(each.socket);
}

}  // namespace trunkline::http
