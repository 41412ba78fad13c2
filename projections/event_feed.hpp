// The log as the read models of one process read it: what several of them want at about the same time is read
// and parsed once. The last few megabytes are kept, so that whoever is a little behind finds them parsed.
//
// Readers that are far from the journal's end (builds, catch-ups) keep together: who is ahead waits for those
// close behind, or each would read all of it by itself. Any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "projections/event_batch.hpp"

namespace trunkline {

class EventFeed {
 public:
  // `patience`: nobody waits for others any longer.
  explicit EventFeed(Log& log, std::chrono::milliseconds patience = std::chrono::milliseconds{500})
      : log_(log), patience_(patience) {}

  Log& log() const { return log_; }

  // Events among which those from this position on are, if there are any: nullptr at the end. What is not
  // kept is read, up to some `bytes_max`. Shared: readers of other models hold on to the same.
  // Errors: the log's.
  Result<std::shared_ptr<const EventBatch>> read(Position from, std::size_t bytes_max);

  // As long as it lives, its reader goes through the journal together with others. With the last one what is
  // kept goes.
  class Journey {
   public:
    explicit Journey(EventFeed& feed);
    ~Journey();
    Journey(const Journey&) = delete;
    Journey& operator=(const Journey&) = delete;

    // So many events of the journal lie behind the reader. Waits for those who are some thousand events
    // behind, not for those who are far behind, and never for more than half a second.
    void passed(std::uint64_t events);

   private:
    EventFeed& feed_;
    std::list<std::uint64_t>::iterator place_;
  };

 private:
  struct Kept {
    Position from;
    Offset end;
    std::shared_ptr<const EventBatch> events;
  };
  std::shared_ptr<const EventBatch> find(Position from) const;
  Result<std::shared_ptr<const EventBatch>> read_log(Position from, std::size_t bytes_max);
  void keep(Position from, std::shared_ptr<const EventBatch> events);

  Log& log_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable read_, moved_;
  std::deque<Kept> kept_;  // oldest first
  std::size_t kept_bytes_ = 0;
  std::vector<std::unique_ptr<json::Parser>> parsers_;  // those that nobody parses with
  std::set<Position> being_read_;
  std::list<std::uint64_t> journeys_;  // events passed
};

}  // namespace trunkline
