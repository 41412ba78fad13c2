// The line in front of a log's one appender thread: callers queue what they want appended and wait for the
// outcome; the appender takes everything that is queued, so that one sync serves all of it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/log/log.hpp"

namespace trunkline {

// One call of append(). The appender fills positions' offsets and finishes; the caller waits.
struct AppendCall {
  std::vector<Draft> drafts;
  std::vector<Position> positions;  // the partitions are known from the start
  std::size_t bytes = 0;
  std::optional<Error> error;

  void finish() {
    state_.store(finished, std::memory_order_release);
    state_.notify_one();
  }
  void wait() { state_.wait(queued, std::memory_order_acquire); }

 private:
  static constexpr int queued = 0, finished = 1;
  std::atomic<int> state_ = queued;
};

// Shared, because a caller may be gone with the outcome while the appender still leaves finish().
using SharedAppendCall = std::shared_ptr<AppendCall>;

class AppendQueue {
 public:
  explicit AppendQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Waits while the queue is full; a call that alone is over bytes_max is let in when the queue is empty.
  // False when the queue is closed: the call is not queued.
  bool push(const SharedAppendCall& call);

  // Waits for a call; takes the queued ones in order, as many as fit into bytes_max but at least one. Empty
  // when the queue is closed and nothing is left in it.
  std::vector<SharedAppendCall> take(std::size_t bytes_max);

  void close();  // what is queued can still be taken

 private:
  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  std::vector<SharedAppendCall> calls_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace trunkline
