// A new version of a model's rows, built from the journal beside the live one (design §5).
//
//   fill      as far as the live version is (or the journal's end), in large batches, in parallel
//   index     what only queries need, kept off the tables until now
//   compare   row for row, at equal positions, in one snapshot; if asked for
//   catch up  with what has come meanwhile
//   switch    views and state, in one transaction
//
// The live version is only ever read. Interrupted anywhere, the next build goes on from the new version's own
// checkpoints, or begins afresh when other code had begun it. Versions of this code are kept up by the
// server's runners as soon as they are built, until they are dropped, so that one can switch and go back.
#pragma once
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/log/log.hpp"
#include "projections/recount.hpp"
#include "projections/runner.hpp"
#include "projections/versions.hpp"

namespace trunkline {

enum class RebuildStep { fill, index, compare, catch_up, done };
std::string_view step_name(RebuildStep step);

struct RebuildProgress {
  RebuildStep step = RebuildStep::fill;
  int version = 0;
  std::uint64_t events = 0;  // folded in this run, and …
  std::uint64_t events_left = 0;
  std::uint64_t rows = 0;  // about so many, as Postgres estimates
  double events_per_second = 0;
  double seconds_left = 0;
};

enum class Comparing { no, yes };

struct RebuildSettings {
  std::string postgres;
  FoldSettings fold;
  std::size_t threads = 1;  // beside each a committing one
  std::size_t batch_events_max = 10'000;
  Comparing comparing = Comparing::no;
  EventFeed* feed = nullptr;  // of the same log; builds that share one read the journal once
  std::function<void(const RebuildProgress&)> progress = nullptr;
  CommitHook hook = crash_from_environment();
};

struct RebuildReport {
  int version = 0;
  std::uint64_t events = 0;
  double seconds = 0;
  std::vector<Difference> differences;  // stored: the live version; counted: the new one
  bool switched = false;                // not when they differ
};

// Builds and switches; when a comparison finds differences, builds and leaves the live one live. One build of
// a model at a time. Errors: retry "rebuild_running" (somebody else's), "interrupted"; the log's and
// Postgres'.
Result<RebuildReport> rebuild(Log& log, const Projection& projection, const RebuildSettings& settings,
                              const std::stop_token& stop);

// The versions, by number; the code's own one is the projection's. Each is one transaction and returns the
// version that is live then. Errors: reject "no_version" when there is none to switch or go back to.
Result<int> switch_to_built(Postgres& session, const Projection& projection);
Result<int> switch_back(Postgres& session, const Projection& projection);

// Drops every version but the live one, when nobody keeps them up any more (a runner notices within some
// seconds). The numbers that went. Errors: retry "rebuild_running".
Result<std::vector<int>> drop_others(Postgres& session, const Projection& projection);

}  // namespace trunkline
