// Inside the Kafka adapter only: reading what is no longer recent. A lane is a consumer that reads each
// partition at most once; as many readers as catch up on the same partition at different places need as many
// lanes.
#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "core/log/kafka_consumer.hpp"

namespace trunkline::kafka {

// Any thread. A reader that goes on where it stopped finds its stream prefetched; a stream that nobody goes
// on with is ended after a while, or when another reader needs its place.
class Lanes {
 public:
  Lanes(const KafkaSettings& settings, std::uint32_t partitions)
      : settings_(settings), partitions_(partitions) {}

  // Records from a position that has one behind it: at least one. Errors: retry when none arrives in time,
  // stop "lost_records", "hole".
  Result<RecordBatch> read(Position from, std::size_t bytes_max, Deadline deadline);
  void end_idle_streams();  // cheap when there is nothing to do

 private:
  struct Stream {
    FetchQueue queue;
    Position at;                              // of the next record to hand out
    std::optional<RecordBatch> carried = {};  // one record that did not fit into the last batch
    bool busy = true;
    std::chrono::steady_clock::time_point used = {};
  };
  struct Lane {
    Consumer consumer;
    std::vector<std::unique_ptr<Stream>> streams;  // by partition; null where none is
  };

  Result<Stream*> claim(Position from, Deadline deadline);
  Stream* stream_at(Position from);
  Result<Lane*> lane_for(Partition partition);
  void end_stream(Lane& lane, Partition partition);
  Result<RecordBatch> take(Stream& stream, std::size_t bytes_max, Deadline deadline);
  void give_back(Stream& stream, bool usable);
  std::string trouble();

  const KafkaSettings settings_;
  const std::uint32_t partitions_;
  std::mutex mutex_;
  std::condition_variable released_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::chrono::steady_clock::time_point next_look_ = {};
};

}  // namespace trunkline::kafka
