// Threads for connections, made when needed up to a bound, and the place where connections beyond it are told
// 503. Only core/http_*.cpp include this.
#pragma once
#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace trunkline::http {

// A connection beyond the bound runs on the accepting thread with refusing() true: it must only hand its
// socket over.
class ConnectionPool final : public httplib::TaskQueue {
 public:
  explicit ConnectionPool(std::size_t threads_max, std::atomic<std::size_t>& busy);
  void enqueue(std::function<void()> connection) override;
  void shutdown() override;
  static bool refusing();

 private:
  void work();

  const std::size_t threads_max_;
  std::atomic<std::size_t>& busy_;  // connections that have a thread or are about to
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

// Tells connections 503 without ever blocking the accepting thread: sends, ends our side, waits a moment for
// the client to read it (closing at once with unread bytes would reset the connection), closes.
class Refuser {
 public:
  Refuser();
  ~Refuser();
  void refuse(int socket);

 private:
  struct Leaving {
    int socket;
    std::chrono::steady_clock::time_point until;
  };
  void run();

  std::mutex mutex_;
  std::vector<Leaving> arriving_;
  int wake_event_;
  std::atomic<bool> closing_{false};
  std::thread thread_;
};

}  // namespace trunkline::http
