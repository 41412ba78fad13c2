#include "projections/batch_reader.hpp"

#include <doctest/doctest.h>

#include "core/log/memory_log.hpp"
#include "tests/builders.hpp"
#include "tests/manual_clock.hpp"

namespace trunkline {
namespace {

using testing::at;

// One partition in memory, and how many records it was asked to give.
class CountingLog final : public Log {
 public:
  explicit CountingLog(const Clock& clock) : log_(clock, 1) {}
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

  std::size_t given = 0;

 private:
  MemoryLog log_;
};

struct World {
  ManualClock clock;
  CountingLog log{clock};
  BatchReader reader{log};

  World() { own(0); }
  void own(std::uint64_t next) {
    Checkpoint start;
    start.position = {Partition{0}, Offset{next}};
    start.journal = log.id();
    reader.own({start});
  }
  void append(int events) {
    std::vector<Draft> drafts;
    for (int i = 0; i < events; ++i) drafts.push_back(testing::touch("ann", "spring", at(9, i)).draft());
    REQUIRE(log.append(std::move(drafts)).ok());
  }
  // The offsets of the next batch: "0 1 2".
  std::string next(std::size_t events_max, std::size_t bytes_max = 1 << 20) {
    const auto slices = reader.read(bytes_max, events_max);
    REQUIRE(slices.ok());
    std::string offsets;
    for (const Slice& slice : *slices) {
      Checkpoint to = slice.from;
      for (std::size_t i = 0; i < slice.count; ++i)
        offsets += (offsets.empty() ? "" : " ") + std::to_string(slice.records[i].offset.value());
      to.position.next = to.position.next + slice.count;
      reader.advance(to);
    }
    return offsets;
  }
};

}  // namespace

TEST_CASE("what was read and did not fit into a batch begins the next one, and is not read twice") {
  World world;
  world.append(10);
  CHECK(world.next(4) == "0 1 2 3");
  CHECK(world.next(4) == "4 5 6 7");
  world.append(2);
  CHECK(world.next(4) == "8 9 10 11");  // what is there and what has come since are one batch
  CHECK(world.next(4).empty());
  CHECK(world.log.given == 12);
}

TEST_CASE("who begins elsewhere reads anew") {
  World world;
  world.append(6);
  CHECK(world.next(2) == "0 1");
  world.own(0);
  CHECK(world.next(3) == "0 1 2");
  world.own(5);
  CHECK(world.next(3) == "5");
}

}  // namespace trunkline
