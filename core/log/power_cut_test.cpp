// The embedded journal when the power goes: whatever was acknowledged or shown to a reader is there
// afterwards, at its place, and offsets are dense. On a disk that lies about syncing the same check must
// fail.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include "core/digest.hpp"
#include "core/log/rocks_log.hpp"
#include "tests/log_drafts.hpp"
#include "tests/manual_clock.hpp"
#include "tests/power_cut_disk.hpp"
#include "tests/temporary_directory.hpp"

using namespace trunkline;

namespace {

constexpr std::uint32_t partitions = 3;
constexpr std::size_t writers = 3;

// What the journal has promised to still have after a cut: by partition and offset.
struct Promised {
  std::mutex mutex;
  std::map<Position, std::string> acknowledged;  // the record's id
  std::map<Position, Digest> shown;
};

// Appends until it fails; remembers what was acknowledged.
void write_until_cut(Log& log, Promised& promised, const std::string& name, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  for (std::size_t call = 0;; ++call) {
    std::vector<Draft> drafts;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i <= random() % 5; ++i) {
      ids.push_back(name + "/" + std::to_string(call) + "/" + std::to_string(i));
      drafts.push_back(draft("t" + std::to_string(random() % 8), ids.back(), random() % 3000));
    }
    const auto positions = log.append(std::move(drafts));
    if (!positions) return;
    const std::scoped_lock lock(promised.mutex);
    for (std::size_t i = 0; i < ids.size(); ++i) promised.acknowledged.emplace((*positions)[i], ids[i]);
  }
}

// Follows every partition's end until told to stop; remembers what it was shown.
void read_until_cut(Log& log, Promised& promised, const std::atomic<bool>& stop) {
  std::vector<Position> at(partitions);
  for (std::uint32_t i = 0; i < partitions; ++i) at[i].partition = Partition{i};
  while (!stop) {
    log.wait(at, std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
    for (Position& position : at) {
      const auto batch = log.read(position, 20'000);
      if (!batch) continue;
      const std::scoped_lock lock(promised.mutex);
      for (std::size_t i = 0; i < batch->size(); ++i)
        promised.shown.emplace(Position{position.partition, (*batch)[i].offset},
                               digest_of((*batch)[i].document));
      position.next = position.next + batch->size();
    }
  }
}

// One life of the journal, from its opening to the cut.
void live_until_cut(PowerCutDisk& disk, const RocksSettings& settings, const Clock& clock, Promised& promised,
                    std::uint64_t seed) {
  const auto opened = RocksLog::open(settings, clock);
  if (!opened) {
    CHECK(disk.is_off());  // the cut came while opening
    return;
  }
  Log& log = **opened;
  std::atomic<bool> stop = false;
  std::jthread reader([&] { read_until_cut(log, promised, stop); });
  {
    std::vector<std::jthread> threads;
    for (std::size_t writer = 0; writer < writers; ++writer)
      threads.emplace_back([&, writer] {
        write_until_cut(log, promised, std::to_string(seed) + "/" + std::to_string(writer),
                        seed * writers + writer);
      });
  }
  CHECK(disk.is_off());
  const auto refused = log.append(drafts(draft("t1", "after the cut")));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().fault == Fault::stop);
  stop = true;
}

// How many promises the journal breaks.
std::size_t broken_promises(Log& log, const Promised& promised) {
  std::map<Position, std::string> found;
  for (const Position& end : log.ends())
    for (Position at{end.partition, Offset{0}}; at.next < end.next;) {
      const auto batch = log.read(at, 1 << 20);
      if (!batch) return SIZE_MAX;  // a hole, or worse
      for (std::size_t i = 0; i < batch->size(); ++i, at.next = at.next + 1)
        found.emplace(at, std::string((*batch)[i].document));
    }
  std::size_t broken = 0;
  for (const auto& [position, id] : promised.acknowledged) {
    const auto record = found.find(position);
    if (record == found.end() || id_in(record->second) != id) ++broken;
  }
  for (const auto& [position, digest] : promised.shown) {
    const auto record = found.find(position);
    if (record == found.end() || digest_of(record->second) != digest) ++broken;
  }
  return broken;
}

struct Outcome {
  std::size_t acknowledged = 0;
  std::size_t broken = 0;  // promises; SIZE_MAX: nothing can be read
  std::string why = {};
};

// Three lives of one journal, each ended by a cut at a moment of the seed's choosing.
Outcome run(std::uint64_t seed, PowerCutDisk::Syncs syncs) {
  std::mt19937_64 random{seed};
  const TemporaryDirectory directory;
  ManualClock clock;
  Promised promised;
  for (int life = 0; life < 3; ++life) {
    const auto disk = std::make_shared<PowerCutDisk>(syncs, random());
    const auto env = rocksdb::NewCompositeEnv(disk);
    const RocksSettings settings{
        .directory = directory.path() + "/journal", .partitions = partitions, .env = env.get()};
    disk->cut_after(1 + random() % 300);
    live_until_cut(*disk, settings, clock, promised, random() % 1'000'000);
    disk->lose_unsynced();
    const auto log = RocksLog::open({.directory = settings.directory, .partitions = partitions}, clock);
    if (!log) return {promised.acknowledged.size(), SIZE_MAX, log.error().message};
    if (const auto broken = broken_promises(**log, promised); broken > 0)
      return {promised.acknowledged.size(), broken};
    CHECK((*log)->append(drafts(draft("t1", "life goes on"))).ok());
  }
  return {promised.acknowledged.size(), 0};
}

std::uint64_t first_seed() {
  const char* stated = std::getenv("TRUNKLINE_SEED");
  return stated ? std::strtoull(stated, nullptr, 10) : std::random_device{}();
}

}  // namespace

TEST_CASE(
    "the append that a failing disk spoils may be tried again elsewhere; later ones stop, reading goes on") {
  const TemporaryDirectory directory;
  const ManualClock clock;
  const auto disk = std::make_shared<PowerCutDisk>(PowerCutDisk::Syncs::honest, 1);
  const auto env = rocksdb::NewCompositeEnv(disk);
  const auto log = RocksLog::open({.directory = directory.path(), .partitions = 1, .env = env.get()}, clock);
  REQUIRE(log.ok());
  REQUIRE((*log)->append(drafts(draft("ann", "1"))).ok());
  disk->cut_after(1);
  CHECK((*log)->append(drafts(draft("ann", "2"))).error().fault == Fault::retry);
  CHECK((*log)->append(drafts(draft("ann", "3"))).error().code == "journal_stopped");
  CHECK((*log)->append(drafts(draft("ann", "3"))).error().fault == Fault::stop);
  CHECK((*log)->ends()[0].next == Offset{1});
  CHECK(ids_from(**log, {Partition{0}, Offset{0}}) == std::vector<std::string>{"1"});
}

TEST_SUITE("concurrent log") {
  TEST_CASE("after a power cut everything acknowledged or shown is there, and offsets are dense") {
    const std::uint64_t first = first_seed();
    std::size_t acknowledged = 0;
    for (std::uint64_t seed = first; seed < first + 12; ++seed) {
      CAPTURE(seed);  // TRUNKLINE_SEED=<seed> runs it first
      const Outcome outcome = run(seed, PowerCutDisk::Syncs::honest);
      CAPTURE(outcome.why);
      REQUIRE(outcome.broken == 0);
      acknowledged += outcome.acknowledged;
    }
    CHECK(acknowledged > 100);  // the cuts did not all come before the first append
  }

  TEST_CASE("on a disk that lies about syncing the same check fails") {
    const std::uint64_t first = first_seed();
    std::size_t runs_with_losses = 0;
    for (std::uint64_t seed = first; seed < first + 6; ++seed)
      if (run(seed, PowerCutDisk::Syncs::lies).broken > 0) ++runs_with_losses;
    CHECK(runs_with_losses > 0);
  }
}
