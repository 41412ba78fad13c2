// Inside the Kafka adapter only: messages go in in an order that we choose, and come back acknowledged with
// their offsets.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>

#include "core/log/kafka_client.hpp"

namespace trunkline::kafka {

class Producer;

// One caller's messages on their way. It outlives their delivery: wait() before it dies.
class Delivery {
 public:
  explicit Delivery(std::size_t messages) : slots_(messages), left_(messages) {}
  Delivery(const Delivery&) = delete;

  // When every message is acknowledged or given up: the offsets, in the order of the messages; or the first
  // error. Then some of the messages may be in the topic and others not.
  Result<std::vector<Position>> wait(const Producer& producer);

 private:
  friend class Producer;
  struct Slot {
    Delivery* delivery = nullptr;
    Position position{};
  };
  void finish(Slot& slot, rd_kafka_resp_err_t code, std::int64_t offset);

  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::size_t left_;
  std::optional<rd_kafka_resp_err_t> failure_;
};

struct Message {
  Partition partition;
  std::string_view key, value;  // the value is not copied: it lives until the delivery is over
  std::int64_t timestamp_ms;    // 0: now
  // At most eight, their names ending in a NUL, alive until send() returns; without any there is one: the
  // content type of an event.
  std::span<const std::pair<std::string_view, std::string_view>> headers = {};
};

// Idempotent, acks=all: within one producer messages of a partition are neither doubled nor swapped, whatever
// is retried. send() from one thread at a time; it waits while librdkafka's queue is full.
class Producer {
 public:
  static Result<std::unique_ptr<Producer>> open(const KafkaSettings& settings, const std::string& topic,
                                                const Properties& more = {});
  ~Producer();  // every delivery is over
  Producer(const Producer&) = delete;

  // The slot-th message of the delivery. A message that cannot be queued is finished with its error.
  void send(Delivery& delivery, std::size_t slot, const Message& message);

  // After a fatal error (its sequence was lost) a producer delivers nothing more: open another.
  bool broken() const;
  std::string trouble() const { return client_.trouble(); }

 private:
  explicit Producer(Client client) : client_(std::move(client)) {}
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*);
  void serve_reports();

  Client client_;
  Owned<rd_kafka_topic_t> topic_;
  std::atomic<bool> stopping_ = false;
  std::thread reports_;
};

}  // namespace trunkline::kafka
