#include "projections/batch_reader.hpp"

#include <doctest/doctest.h>

#include "tests/builders.hpp"
#include "tests/counting_log.hpp"
#include "tests/manual_clock.hpp"

namespace trunkline {
namespace {

using testing::at;

struct World {
  ManualClock clock;
  testing::CountingLog log{clock, 1};
  EventFeed feed{log};
  BatchReader reader{feed};

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
        offsets +=
            (offsets.empty() ? "" : " ") + std::to_string(slice.events->offset(slice.first + i).value());
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
  CHECK(world.next(4) == "8 9");
  CHECK(world.next(4) == "10 11");
  CHECK(world.next(4).empty());
  CHECK(world.log.given == 12);
}

TEST_CASE("a batch without bounds begins in the middle of what was read, too") {
  World world;
  world.append(5);
  CHECK(world.next(2) == "0 1");
  CHECK(world.next(SIZE_MAX, SIZE_MAX) == "2 3 4");
}

TEST_CASE("a batch ends with the record that fills its bytes") {
  World world;
  world.append(5);
  CHECK(world.next(SIZE_MAX, 1) == "0");
  CHECK(world.next(SIZE_MAX, 1) == "1");
  CHECK(world.next(SIZE_MAX) == "2 3 4");
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
