// The log port in memory, for tests: everything that the port promises, except that it survives the process.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/log/durable_ends.hpp"
#include "core/log/log.hpp"
#include "core/log/recorded_times.hpp"

namespace trunkline {

// Any thread. The clock outlives it.
class MemoryLog final : public Log {
 public:
  explicit MemoryLog(const Clock& clock, std::uint32_t partitions = default_partitions);

  JournalId id() const override { return id_; }
  std::uint32_t partitions() const override { return ends_.partitions(); }
  Result<std::vector<Position>> append(std::vector<Draft> drafts) override;
  Result<RecordBatch> read(Position from, std::size_t bytes_max) override;
  void wait(std::span<const Position> any_of, Deadline deadline) override { ends_.wait(any_of, deadline); }
  void wake() override { ends_.wake(); }
  std::vector<Position> ends() const override { return ends_.all(); }
  Result<Position> position_at(Partition partition, Time recorded) override;

  // A disk that takes its time: from hold_syncs() on, append() blocks and what it wrote is in no reader's
  // sight, until sync() makes it durable or lose_unsynced() drops it and lets the waiting appends fail with
  // retry.
  void hold_syncs();
  void sync();
  void lose_unsynced();
  void wait_for_unsynced(std::size_t records);  // returns when so many are written and not yet durable

 private:
  std::size_t unsynced() const;
  void publish();

  JournalId id_;
  DurableEnds ends_;
  std::mutex mutex_;
  std::condition_variable changed_;
  RecordedTimes times_;
  std::vector<std::deque<std::string>> documents_;  // per partition, the offset is the index
  bool holding_ = false;
  std::uint64_t losses_ = 0;
};

}  // namespace trunkline
