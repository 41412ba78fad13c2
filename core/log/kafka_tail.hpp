// Inside the Kafka adapter only: one consumer that follows the end of every partition, for all readers of the
// process. Its arrival is what wakes them (nobody polls), and what arrived lately is kept, so that readers at
// the end read from memory, however many they are.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/log/durable_ends.hpp"
#include "core/log/kafka_consumer.hpp"

namespace trunkline::kafka {

// The ends as everybody in the process sees them: several threads learn of them, and they only move forward.
class KnownEnds {
 public:
  explicit KnownEnds(std::uint32_t partitions) : ends_(partitions) {}
  void learn(std::span<const Position> ends);  // earlier ones than known are ignored
  const DurableEnds& read() const { return ends_; }
  DurableEnds& waiting() { return ends_; }

 private:
  std::mutex mutex_;
  DurableEnds ends_;
};

// What arrived lately, in chunks; the oldest chunk of all leaves when the bound is reached. Any thread.
class RecentRecords {
 public:
  RecentRecords(std::span<const Position> from, std::size_t bytes_max);

  void add(Partition partition, RecordBatch chunk);  // begins where the partition's last one ended
  void fail(Error error);                            // nothing more arrives: whoever waits is told

  // The records at this position, waiting until `deadline` for those that are on their way. Nullopt: older
  // than what is kept. Errors: retry when nothing arrives, or what fail() said.
  Result<std::optional<RecordBatch>> read(Position from, std::size_t bytes_max, Deadline deadline);
  std::optional<Error> failure() const;

 private:
  using Chunk = std::shared_ptr<const RecordBatch>;  // shared: readers copy out of it without the lock
  struct Kept {
    std::deque<Chunk> chunks;
    Offset next;
  };
  void shrink();

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Kept> kept_;
  std::deque<Partition> arrivals_;  // of the chunks that are kept, oldest first
  std::size_t bytes_ = 0;
  std::optional<Error> failure_;
};

class Tail {
 public:
  // Follows from where the ends are known to be.
  static Result<std::unique_ptr<Tail>> follow(const KafkaSettings& settings, KnownEnds& ends);
  ~Tail();
  Tail(const Tail&) = delete;

  Result<std::optional<RecordBatch>> read(Position from, std::size_t bytes_max, Deadline deadline) {
    return recent_.read(from, bytes_max, deadline);
  }
  std::optional<Error> failure() const { return recent_.failure(); }

 private:
  Tail(Consumer consumer, KnownEnds& ends, std::vector<Position> from, std::size_t bytes_max);
  void run();
  Status take_arrivals();

  Consumer consumer_;
  FetchQueue queue_;
  KnownEnds& ends_;
  std::vector<Position> at_;
  RecentRecords recent_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace trunkline::kafka
