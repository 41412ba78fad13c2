// What a runner reads next: of the partitions that it owns, those least behind first, so that a long replay
// of one tenant holds up nobody who is nearly there, and works through the journal partition by partition.
// What was read and did not fit into a batch begins the next one: a log reads on, and not the same twice.
#pragma once
#include <map>
#include <vector>

#include "projections/checkpoint.hpp"

namespace trunkline {

struct Slice {
  Checkpoint from;
  RecordBatch records;
  std::size_t count = 0;  // of the records: those that belong to the batch
};

class BatchReader {
 public:
  explicit BatchReader(Log& log) : log_(log) {}

  void own(std::vector<Checkpoint> checkpoints);  // these and no others, from here
  bool owns(Partition partition) const { return next_.contains(partition); }
  const Checkpoint* at(Partition partition) const;

  // From here nothing is read from these positions on. Positions of every partition, or none: no bound.
  void stop_at(std::vector<Position> bounds) { bounds_ = std::move(bounds); }

  // Empty at the end. Goes on behind what it gave last time, whether that is committed or not.
  Result<std::vector<Slice>> read(std::size_t bytes_max, std::size_t events_max);
  void advance(const Checkpoint& to);

  void wait(Deadline deadline);

 private:
  std::vector<Position> ends() const;
  std::vector<std::pair<std::uint64_t, Partition>> behind(const std::vector<Position>& ends) const;
  Result<RecordBatch> records_from(Position from, std::size_t bytes_max);
  void keep_rest(Partition partition, const RecordBatch& records, std::size_t count);

  Log& log_;
  std::map<Partition, Checkpoint> next_;
  std::vector<Position> bounds_;  // by partition, or empty
  std::map<Partition, RecordBatch> rest_;
};

}  // namespace trunkline
