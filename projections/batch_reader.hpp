// What a runner reads next: of the partitions that it owns, those least behind first, so that a long replay
// of one tenant holds up nobody who is nearly there, and works through the journal partition by partition.
// What was read and did not fit into a batch begins the next one.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "projections/checkpoint.hpp"
#include "projections/event_feed.hpp"

namespace trunkline {

struct Slice {
  Checkpoint from;
  std::shared_ptr<const EventBatch> events;  // shared: other read models read the same
  std::size_t first = 0, count = 0;          // those that belong to the batch
};

class BatchReader {
 public:
  explicit BatchReader(EventFeed& feed) : feed_(feed) {}

  void own(std::vector<Checkpoint> checkpoints);  // these and no others, from here
  bool owns(Partition partition) const { return next_.contains(partition); }
  const Checkpoint* at(Partition partition) const;

  // From here nothing is read from these positions on. Positions of every partition, or none: no bound.
  void stop_at(std::vector<Position> bounds) { bounds_ = std::move(bounds); }

  // Empty at the end. Goes on behind what it gave last time, whether that is committed or not.
  Result<std::vector<Slice>> read(std::size_t bytes_max, std::size_t events_max);
  void advance(const Checkpoint& to);

  std::uint64_t events_before() const;  // in the partitions it owns: those that it is past, and …
  std::uint64_t events_behind() const;  // those that are there to be read

  void wait(Deadline deadline);

 private:
  std::vector<Position> ends() const;
  std::vector<std::pair<std::uint64_t, Position>> behind() const;  // how far each partition is from its end
  Result<std::shared_ptr<const EventBatch>> events_from(Position from, std::size_t bytes_max);

  EventFeed& feed_;
  std::map<Partition, Checkpoint> next_;
  std::vector<Position> bounds_;                                 // by partition, or empty
  std::map<Partition, std::shared_ptr<const EventBatch>> rest_;  // of which the last ones are not read yet
};

}  // namespace trunkline
