// The journal on Kafka: one topic of events and one of bookkeeping (core/log/kafka_topics.hpp), the log for
// several processes and machines.
//
//   message   key = tenant, value = exactly the stored JSON document, one header (content-type),
//             timestamp = recordedtime cut to milliseconds
//   partition chosen by us (partition_of), never by librdkafka
//
// What is particular to this engine:
// - append() sends its drafts to one or more partitions, and Kafka has no "all or none" without transactions.
// On
//   success all are there, in order, once. On an error any of them may be there, any number of them, and
//   after the call has returned none is added. Append all of them again: folds do not mind doubled events,
//   and the whole sequence is then there in order.
// - recordedtime never decreases within a partition as far as one process appends. Several appending
// processes each go
//   on from the partition's last record, and differ by what their machines' clocks differ. position_at() is
//   exact all the same: it searches by Kafka's time index, which gives the first record not before a moment.
// - Readers see what all in-sync replicas have (the high watermark), at once when this process follows the
// end, which it
//   does from its first read(), wait() or ends() on.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/log/kafka_settings.hpp"
#include "core/log/log.hpp"
#include "core/log/recorded_times.hpp"

namespace trunkline {

namespace kafka {
class Client;
class Delivery;
class KnownEnds;
class Lanes;
class Producer;
class Tail;
}  // namespace kafka

// Any thread. The clock outlives it.
class KafkaLog final : public Log {
 public:
  // Checks the topics. Errors: retry (no broker answers), stop "no_topic", "kafka_settings" (a topic that
  // would lose or reorder records, a changed number of partitions), "kafka_property", "kafka_access",
  // "copying".
  static Result<std::unique_ptr<KafkaLog>> open(const KafkaSettings& settings, const Clock& clock);
  ~KafkaLog() override;

  JournalId id() const override { return id_; }
  std::uint32_t partitions() const override { return partitions_; }
  Result<std::vector<Position>> append(std::vector<Draft> drafts) override;
  Result<RecordBatch> read(Position from, std::size_t bytes_max) override;
  void wait(std::span<const Position> any_of, Deadline deadline) override;
  void wake() override;
  std::vector<Position> ends() const override;
  Result<Position> position_at(Partition partition, Time recorded) override;

 private:
  KafkaLog(const KafkaSettings& settings, const Clock& clock, JournalId id, std::vector<Position> ends,
           std::unique_ptr<kafka::Client> asking);

  Result<kafka::Tail*> follow() const;
  Result<std::shared_ptr<kafka::Producer>> send(std::vector<Draft>& drafts, kafka::Delivery& delivery);
  Status open_producer();
  Status continue_times(Partition partition);
  Result<Offset> ask_end(Partition partition);
  Deadline read_deadline() const;

  const KafkaSettings settings_;
  const JournalId id_;
  const std::uint32_t partitions_;
  const std::unique_ptr<kafka::Client> asking_;  // for ends and times
  const std::unique_ptr<kafka::KnownEnds> ends_;
  const std::unique_ptr<kafka::Lanes> lanes_;

  mutable std::mutex following_;
  mutable std::unique_ptr<kafka::Tail> tail_;
  mutable std::atomic<kafka::Tail*> tail_view_ = nullptr;

  std::mutex
      appending_;  // one call at a time fills its times and queues its drafts, so that both are in one order
  RecordedTimes times_;
  std::vector<bool> times_known_;
  std::shared_ptr<kafka::Producer>
      producer_;  // shared with the calls that wait for it, when it must be replaced
};

}  // namespace trunkline
