#include "projections/rebuild.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "projections/building.hpp"
#include "projections/compare_rows.hpp"
#include "projections/install.hpp"

namespace trunkline {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view step_names[] = {"fill", "index", "compare", "catch up", "done"};
constexpr auto tell_every = std::chrono::milliseconds{500};
constexpr std::uint64_t near_enough = 5'000;  // events that are folded while the live version's commits wait

std::uint64_t events_between(const std::vector<Checkpoint>& at, const std::vector<Position>& until) {
  std::uint64_t left = 0;
  for (const Position& bound : until) {
    std::uint64_t next = 0;
    for (const Checkpoint& checkpoint : at)
      if (checkpoint.position.partition == bound.partition) next = checkpoint.position.next.value();
    left += bound.next.value() - std::min(next, bound.next.value());
  }
  return left;
}

// Where the live version is, of every partition; those it never claimed at 0.
std::vector<Position> positions_of(const std::vector<Checkpoint>& checkpoints, std::uint32_t partitions) {
  std::vector<Position> positions;
  for (std::uint32_t i = 0; i < partitions; ++i) positions.push_back({Partition{i}, Offset{0}});
  for (const Checkpoint& checkpoint : checkpoints)
    positions.at(checkpoint.position.partition.value()) = checkpoint.position;
  return positions;
}

class Rebuild {
 public:
  Rebuild(Log& log, const Projection& projection, const RebuildSettings& settings,
          const std::stop_token& stop, Postgres& session)
      : log_(log), listed_(projection), settings_(settings), stop_(stop), session_(session) {}

  Result<RebuildReport> run() {
    const auto begun = begin_version(session_, listed_);
    if (!begun) return begun.error();
    build_ = at_version(listed_, begun->building);
    live_ = at_version(listed_, begun->live);
    report_.version = build_.version;
    told_.version = build_.version;
    if (auto status = make_runners(); !status) return status.error();
    const Status built = fill_and_compare();
    for (Runner& runner : runners_) (void)runner.leave();
    if (!built) return built.error();
    report_.seconds = std::chrono::duration<double>(Steady::now() - started_).count();
    report_.events = told_.events;
    tell(RebuildStep::done, 0);
    return report_;
  }

 private:
  Status fill_and_compare() {
    // Where the live version is fed it moves on: once around, then the rest while it is held.
    if (auto status =
            fill(RebuildStep::fill, settings_.comparing == Comparing::yes ? live_positions() : log_.ends());
        !status)
      return status;
    tell(RebuildStep::index, 0);
    if (auto status = make_query_indexes(session_, build_); !status) return status;
    if (settings_.comparing == Comparing::yes)
      if (auto status = compare(); !status) return status;
    if (auto status = fill(RebuildStep::catch_up, log_.ends()); !status) return status;
    if (auto status = mark_built(session_, build_); !status) return status;
    if (!report_.differences.empty()) return done();
    return switch_over();
  }

  Status make_runners() {
    for (std::size_t n = 0; n < settings_.threads; ++n) {
      RunnerSettings runner;
      runner.member.name = "rebuild-" + log_.id().value() + "-" + std::to_string(n);
      runner.batch_events_max = settings_.batch_events_max;
      runner.fold = settings_.fold;
      runner.feed = settings_.feed;
      runner.hook = settings_.hook;
      runners_.emplace_back(log_, settings_.postgres, build_, std::move(runner), nullptr);
    }
    // Twice around: what the first one took it gives up to the others.
    for (int round = 0; round < 2; ++round)
      for (Runner& runner : runners_)
        if (auto status = runner.renew(); !status) return status;
    return done();
  }

  std::vector<Position> live_positions() {
    const auto checkpoints = read_checkpoints(session_, live_);
    return positions_of(checkpoints ? *checkpoints : std::vector<Checkpoint>{}, log_.partitions());
  }

  Result<std::uint64_t> left(const std::vector<Position>& until) {
    const auto at = read_checkpoints(session_, build_);
    if (!at) return at.error();
    return events_between(*at, until);
  }

  // Every runner on a thread of its own; this one tells how it goes.
  Status fill(RebuildStep step, const std::vector<Position>& until) {
    const auto all = left(until);
    if (!all) return all.error();
    const auto began = Steady::now();
    const std::uint64_t before = told_.events;
    for (std::uint64_t rest = *all; rest > 0;) {
      if (auto status = fill_once(step, until, *all, before, began); !status) return status;
      const auto now = left(until);
      if (!now) return now.error();
      rest = *now;
      told_.events = before + *all - rest;
    }
    return done();
  }

  Status fill_once(RebuildStep step, const std::vector<Position>& until, std::uint64_t all,
                   std::uint64_t before, Steady::time_point began) {
    std::vector<Status> outcomes(runners_.size(), done());
    std::atomic<std::size_t> running = runners_.size();
    std::vector<std::jthread> threads;
    for (std::size_t n = 0; n < runners_.size(); ++n)
      threads.emplace_back([&, n] {
        outcomes[n] = runners_[n].fill(until, stop_);
        --running;
      });
    while (running > 0) {
      std::this_thread::sleep_for(running > 0 ? std::chrono::milliseconds{20} : std::chrono::milliseconds{0});
      if (Steady::now() - last_told_ < tell_every) continue;
      const auto rest = left(until);
      if (!rest) continue;
      const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
      told_.events = before + all - std::min(all, *rest);
      told_.events_per_second = static_cast<double>(all - std::min(all, *rest)) / std::max(seconds, 0.001);
      told_.seconds_left =
          told_.events_per_second > 0 ? static_cast<double>(*rest) / told_.events_per_second : 0;
      tell(step, *rest);
    }
    threads.clear();
    for (const Status& outcome : outcomes)
      if (!outcome) return outcome;
    return done();
  }

  void tell(RebuildStep step, std::uint64_t events_left) {
    last_told_ = Steady::now();
    if (!settings_.progress) return;
    told_.step = step;
    told_.events_left = events_left;
    const auto rows = rows_about(session_, build_);
    if (rows) told_.rows = *rows;
    settings_.progress(told_);
  }

  // At equal positions: the live version's commits wait while the last few events are folded and the snapshot
  // is taken, and no longer.
  Status compare() {
    tell(RebuildStep::compare, 0);
    for (auto behind = left(live_positions()); behind && *behind > near_enough;
         behind = left(live_positions()))
      if (auto status = fill(RebuildStep::catch_up, live_positions()); !status) return status;
    auto reader = Postgres::connect(settings_.postgres);
    if (!reader) return reader.error();
    auto snapshot = Transaction::begin(*reader, Transaction::Kind::snapshot);
    if (!snapshot) return snapshot.error();
    {
      const auto held = hold_live();
      if (!held) return held.error();
      if (auto status = fill(RebuildStep::catch_up, live_positions()); !status) return status;
      if (const auto taken = snapshot->run("SELECT 1"); !taken) return taken.error();
    }
    auto differences = compare_rows(*reader, rows_schema(live_), rows_schema(build_));
    if (!differences) return differences.error();
    report_.differences = std::move(*differences);
    return done();
  }

  Status switch_over() {
    const auto held = hold_live();
    if (!held) return held.error();
    if (auto status = fill(RebuildStep::catch_up, live_positions()); !status) return status;
    const auto switched = switch_to_built(session_, listed_);
    if (!switched) return switched.error();
    report_.switched = true;
    return done();
  }

  struct Held {
    Postgres session;
    Transaction transaction;  // dies first
  };
  // Commits of the live version wait until this dies. The build's own go on.
  Result<std::unique_ptr<Held>> hold_live() {
    auto session = Postgres::connect(settings_.postgres);
    if (!session) return session.error();
    auto transaction = Transaction::begin(*session, Transaction::Kind::durable);
    if (!transaction) return transaction.error();
    const auto held = transaction->run(
        "SELECT FROM projections.checkpoints WHERE projection = $1 AND version = $2 ORDER BY partition "
        "FOR UPDATE",
        Params{}.text(live_.name).integer(live_.version));
    if (!held) return held.error();
    return std::make_unique<Held>(Held{std::move(*session), std::move(*transaction)});
  }

  Log& log_;
  const Projection& listed_;
  const RebuildSettings& settings_;
  const std::stop_token& stop_;
  Postgres& session_;
  Projection build_, live_;
  std::vector<Runner> runners_;
  RebuildReport report_;
  RebuildProgress told_;
  Steady::time_point started_ = Steady::now();
  Steady::time_point last_told_{};
};

}  // namespace

std::string_view step_name(RebuildStep step) {
  return step_names[static_cast<std::size_t>(step)];
}

Result<RebuildReport> rebuild(Log& log, const Projection& projection, const RebuildSettings& settings,
                              const std::stop_token& stop) {
  auto session = Postgres::connect(settings.postgres);
  if (!session) return session.error();
  if (auto status = install_bookkeeping(*session); !status) return status.error();
  if (auto status = begin_alone(*session, projection); !status) return status.error();
  return Rebuild(log, projection, settings, stop, *session).run();
}

}  // namespace trunkline
