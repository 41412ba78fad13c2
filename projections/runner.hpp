// Keeps one read model's rows up with the journal: reads what has arrived in the partitions that it owns,
// folds it in memory, and commits rows and checkpoints together (design §4). Folding a batch overlaps
// committing the one before.
//
// An event that the fold refuses, or whose rows the tables refuse, is parked alone, in the transaction that
// passes it; a batch that the tables refuse is halved until the culprit is alone. Failures of Postgres or the
// log never park: they retry, later and later. After a failed or unclear commit everything in memory is
// dropped and the checkpoints are read again.
//
// Several runners share a model, in one process or in many: each is a member with a name of its own
// (lease.hpp).
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>

#include "projections/commit.hpp"
#include "projections/event_feed.hpp"
#include "projections/lease.hpp"

namespace trunkline {

struct RunnerSettings {
  Member member;
  std::chrono::milliseconds heartbeat{2'000};
  // Of documents in one transaction. They are folded a few megabytes at a time; what is kept of them until
  // the commit is a sixth to a tenth of this. The more, the fewer times a row is written in a catch-up.
  std::size_t batch_bytes_max = 256 << 20;
  std::size_t batch_events_max = SIZE_MAX;
  FoldSettings fold;
  // Of the same log, for several runners: those that are far behind read it together. nullptr: one of its
  // own.
  EventFeed* feed = nullptr;
  CommitHook hook = crash_from_environment();
};

class Runner {
 public:
  // The model must be installed (install.hpp) and the bookkeeping too (checkpoint.hpp). `progress` may be
  // null.
  Runner(Log& log, std::string postgres_address, const Projection& projection, RunnerSettings settings,
         Progress* progress);
  Runner(Runner&&) noexcept;
  ~Runner();

  // One batch: claim if need be, read, fold, commit. The number of events that passed; 0 at the end of the
  // journal. For tests and jobs; not while run() is running. After a retry error step() again goes on from
  // the checkpoint.
  Result<std::size_t> step();

  // Up to these positions (of every partition) and not beyond, folding one batch while another is committed;
  // returns when nothing that this member owns is left before them. Goes on from an error by itself while the
  // error is one that a later try may cure. Errors: stop only; retry "interrupted" when asked to stop.
  Status fill(std::vector<Position> until, const std::stop_token& stop);
  Status leave();  // gives the partitions back

  // Says that the member is alive, adjusts which partitions it owns, takes up parked events that were asked
  // for.
  Status renew();

  // Until stopped; the partitions are released then. Errors: stop only, and told to `progress` as well.
  Status run(const std::stop_token& stop);

 private:
  Status turn_while(const std::stop_token& stop, const std::function<Result<bool>()>& turn);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline
