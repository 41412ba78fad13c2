// Waiting for what another process folds: many wait over one session, and nobody waits for nothing.
#include "projections/others_progress.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "core/log/memory_log.hpp"
#include "projections/install.hpp"
#include "projections/runner.hpp"
#include "tests/builders.hpp"
#include "tests/heard.hpp"
#include "tests/manual_clock.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

// A deadline that only broken code reaches.
Deadline never() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

struct World {
  TestDatabase database;
  ManualClock clock;
  MemoryLog log{clock, 1};
  PostgresPool pool{database.address(), 1};
  OthersProgress others{pool};

  World() {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session).ok());
    REQUIRE(install(session, heard).ok());
  }
  Position append() {
    std::vector<Draft> drafts;
    drafts.push_back(touch("ann", "spring", at(9)).draft());
    const auto appended = log.append(std::move(drafts));
    REQUIRE(appended.ok());
    return {appended->back().partition, appended->back().next + 1};
  }
  // As another process would: nothing here is told of it.
  void fold() {
    RunnerSettings settings;
    settings.member.name = "another";
    Runner runner(log, database.address(), heard, std::move(settings), nullptr);
    while (*runner.step() != 0) continue;
  }
};

}  // namespace

TEST_SUITE_BEGIN("concurrent progress of others");

TEST_CASE("everybody who waits for another process's commit is told, over one session") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const Position wanted = world.append();
  std::atomic<int> told = 0;
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 20; ++i)
    waiting.emplace_back([&] {
      const auto there = world.others.wait_until("heard", wanted, never());
      if (there && *there) ++told;
    });
  world.fold();
  waiting.clear();
  CHECK(told == 20);
  CHECK(world.pool.borrow().ok());
}

TEST_CASE("who waits for what nobody folds is let go at the deadline; who need not wait goes on at once") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const Position wanted = world.append();
  const auto now = std::chrono::steady_clock::now();
  CHECK_FALSE(*world.others.wait_until("heard", wanted, now));
  world.fold();
  CHECK(*world.others.wait_until("heard", wanted, never()));
  CHECK_FALSE(*world.others.wait_until("unknown", wanted, now));
}

TEST_CASE("what keeps the look-up from happening is told to who waits") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  auto session = world.database.connect();
  REQUIRE(session.script("DROP SCHEMA projections CASCADE").ok());
  CHECK_FALSE(world.others.wait_until("heard", world.append(), never()).ok());
}

TEST_SUITE_END();
