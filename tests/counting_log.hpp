// A log in memory that counts the records it was asked to give.
#pragma once
#include <atomic>

#include "core/log/memory_log.hpp"

namespace trunkline::testing {

class CountingLog final : public Log {
 public:
  CountingLog(const Clock& clock, std::uint32_t partitions) : log_(clock, partitions) {}
  JournalId id() const override { return log_.id(); }
  std::uint32_t partitions() const override { return log_.partitions(); }
  Result<std::vector<Position>> append(std::vector<Draft> drafts) override {
    return log_.append(std::move(drafts));
  }
  Result<RecordBatch> read(Position from, std::size_t bytes_max) override {
    auto records = log_.read(from, bytes_max);
    if (records) given += records->size();
    return records;
  }
  void wait(std::span<const Position> any_of, Deadline deadline) override { log_.wait(any_of, deadline); }
  void wake() override { log_.wake(); }
  std::vector<Position> ends() const override { return log_.ends(); }
  Result<Position> position_at(Partition partition, Time recorded) override {
    return log_.position_at(partition, recorded);
  }

  std::atomic<std::size_t> given = 0;

 private:
  MemoryLog log_;
};

}  // namespace trunkline::testing
