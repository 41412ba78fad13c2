// The one thread that writes to the embedded journal. One, because offsets must be dense in the order in
// which records become durable: writers that take offsets themselves let a reader step over a hole.
#pragma once
#include <rocksdb/write_batch.h>

#include <memory>
#include <span>
#include <vector>

#include "core/log/append_queue.hpp"
#include "core/log/durable_ends.hpp"
#include "core/log/recorded_times.hpp"
#include "core/log/rocks_store.hpp"

namespace trunkline {

// Lives on one thread; what it is given outlives it.
class RocksAppender {
 public:
  RocksAppender(RocksStore& store, DurableEnds& ends, AppendQueue& queue, const Clock& clock);

  // Before run(): the partition's end, and the time of its last record.
  void continue_from(Position end, Time newest);

  void run();  // until the queue is closed and empty

 private:
  Status write(std::span<const SharedAppendCall> calls);
  void fill(rocksdb::WriteBatch& batch, AppendCall& call);

  RocksStore& store_;
  DurableEnds& ends_;
  AppendQueue& queue_;
  RecordedTimes times_;
  std::vector<Position> next_;  // by partition: where the next record goes
  std::unique_ptr<rocksdb::WriteBatch> batch_;
};

}  // namespace trunkline
