// The first half of `verify`: the journal recounted against what the checkpoints say.
#pragma once
#include <map>

#include "projections/checkpoint.hpp"
#include "projections/verify.hpp"

namespace trunkline {

// The tallies of a journal's partitions at certain offsets, counted in one pass for all models.
class JournalRecount {
 public:
  JournalRecount(Log& log, const VerifyOptions& options) : log_(log), options_(options) {}

  void want(Position position) { wanted_[position.partition][position.next] = {}; }
  Status count();
  // Of a position that was wanted and lies within the journal.
  const Tally& at(Position position) const { return wanted_.at(position.partition).at(position.next); }
  std::uint64_t records() const { return records_; }

 private:
  Status count_partition(Partition partition, std::map<Offset, Tally>& wanted);

  Log& log_;
  const VerifyOptions& options_;
  std::map<Partition, std::map<Offset, Tally>> wanted_;
  std::uint64_t records_ = 0;
};

// What is wrong with a checkpoint; nothing if it is right. Before counting: its journal and its bounds.
std::vector<Difference> differences_in_place(const Log& log, const Checkpoint& checkpoint);
std::vector<Difference> differences_in_tally(const Checkpoint& checkpoint, const Tally& counted);

}  // namespace trunkline
