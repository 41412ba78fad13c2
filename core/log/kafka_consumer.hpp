// Inside the Kafka adapter only: partitions read by hand, from offsets that we choose; no group, nothing
// committed.
#pragma once
#include <optional>
#include <string_view>

#include "core/log/kafka_client.hpp"

namespace trunkline::kafka {

struct Fetched {
  Partition partition;
  Offset offset;
  std::string_view value;  // dies with the call that gave it
  std::int64_t timestamp_ms;
};

// What comes from the partitions that were started on it. One thread at a time.
class FetchQueue {
 public:
  explicit FetchQueue(Owned<rd_kafka_queue_t> queue, rd_kafka_t* client)
      : queue_(std::move(queue)), client_(client) {}

  // Waits up to `timeout_ms` for the first message, then hands over what has arrived until `take` says stop
  // or the queue is empty. Errors: retry, stop "lost_records" (auto.offset.reset is error).
  enum class Next { more, stop };
  template <class Take>
  Status take(int timeout_ms, const Take& take) {
    return take_each(
        timeout_ms,
        [](const void* context, const Fetched& fetched) {
          return (*static_cast<const Take*>(context))(fetched);
        },
        &take);
  }
  void interrupt() { rd_kafka_queue_yield(queue_.get()); }  // any thread: take() returns now
  rd_kafka_queue_t* get() const { return queue_.get(); }

 private:
  using Callback = Next (*)(const void* context, const Fetched&);
  Status take_each(int timeout_ms, Callback callback, const void* context);

  Owned<rd_kafka_queue_t> queue_;
  rd_kafka_t* client_;
};

// How long the broker holds a request that has nothing to answer: whoever starts another partition waits for
// that.
enum class Patience { follows_the_end, begins_anywhere };

class Consumer {
 public:
  static Result<Consumer> open(const KafkaSettings& settings, const std::string& topic, Patience patience);

  FetchQueue queue() const {
    return FetchQueue{Owned<rd_kafka_queue_t>{rd_kafka_queue_new(client_.get())}, client_.get()};
  }
  // The queue outlives the reading; a partition is read once at a time.
  Status start(Partition partition, Offset from, const FetchQueue& into);
  void stop(Partition partition);  // nothing of it comes after this

  const Client& client() const { return client_; }

 private:
  explicit Consumer(Client client) : client_(std::move(client)) {}
  Client client_;
  std::string name_;
  Owned<rd_kafka_topic_t> topic_;
};

// stop "hole": the journal's offsets are dense, so something has been deleted, compacted, or written by a
// transaction.
Error hole_before(const Fetched& fetched);

// All records of one small partition, for topics that are bookkeeping.
Result<std::vector<std::string>> read_whole(const KafkaSettings& settings, const std::string& topic);

}  // namespace trunkline::kafka
