// The moment at which a record entered the journal: filled in by whoever appends, never decreasing within a
// partition, whatever the machine's clock does.
#pragma once
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/json.hpp"
#include "core/log/log.hpp"

namespace trunkline {

// One thread at a time. The clock outlives it.
class RecordedTimes {
 public:
  RecordedTimes(const Clock& clock, std::uint32_t partitions)
      : clock_(clock), newest_(partitions, Time::min()) {}

  void continue_from(Partition partition, Time newest) { newest_[partition.value()] = newest; }
  void look_at_the_clock() { now_ = clock_.now(); }  // once for what is written together
  Time fill(Draft& draft, Partition partition);      // the moment that it wrote

 private:
  const Clock& clock_;
  std::vector<Time> newest_;
  Time now_{};
  Time formatted_ = Time::min();
  std::string text_;
};

// Whether an append may queue these drafts: reject "draft" says which one a caller built wrongly.
Status check_drafts(std::span<const Draft> drafts);

// The recordedtime of a stored document. Errors: stop "stored_event".
Result<Time> recorded_time(json::Parser& parser, std::string_view document);

// The first record at or after a moment, by bisection: `recorded_at` gives the time of one offset.
Result<Offset> first_recorded_at(Offset end, Time moment, auto&& recorded_at) {
  Offset low{0};
  while (low < end) {
    const Offset middle{low.value() + (end.value() - low.value()) / 2};
    const Result<Time> recorded = recorded_at(middle);
    if (!recorded) return recorded.error();
    if (*recorded < moment)
      low = middle + 1;
    else
      end = middle;
  }
  return low;
}

}  // namespace trunkline
