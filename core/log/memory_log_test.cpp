#include "core/log/memory_log.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "tests/log_drafts.hpp"
#include "tests/manual_clock.hpp"

using namespace trunkline;

TEST_SUITE("concurrent log") {
  TEST_CASE("a record that is not yet durable is in no reader's sight, and its append has not returned") {
    const ManualClock clock;
    MemoryLog log(clock, 1);
    log.hold_syncs();
    std::optional<bool> acknowledged;
    std::jthread writer(
        [&] { acknowledged = log.append(drafts(draft("ann", "1"), draft("ann", "2"))).ok(); });
    log.wait_for_unsynced(2);
    CHECK(log.ends()[0].next == Offset{0});
    CHECK(log.read({Partition{0}, Offset{0}}, 1000)->empty());
    SUBCASE("until it is synced") {
      log.sync();
      writer.join();
      CHECK(acknowledged == true);
      CHECK(ids_from(log, {Partition{0}, Offset{0}}) == std::vector<std::string>{"1", "2"});
    }
    SUBCASE("and never will be when the power fails; its offset goes to the next") {
      log.lose_unsynced();
      writer.join();
      CHECK(acknowledged == false);
      REQUIRE(log.append(drafts(draft("ann", "3"))).ok());
      CHECK(ids_from(log, {Partition{0}, Offset{0}}) == std::vector<std::string>{"3"});
    }
  }
}
