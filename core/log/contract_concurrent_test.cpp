// What every log promises to many threads. The suite's name lets the thread sanitizer's run pick it.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/log_drafts.hpp"
#include "tests/log_kinds.hpp"
#include "tests/skip.hpp"

using namespace trunkline;
using namespace std::chrono_literals;

namespace {

// A deadline that only a broken log reaches.
Deadline never() {
  return std::chrono::steady_clock::now() + 60s;
}

bool reached(Deadline deadline) {
  return std::chrono::steady_clock::now() >= deadline;
}

std::string writer_id(std::size_t writer, std::size_t number) {
  return std::to_string(writer) + "/" + std::to_string(number);
}

}  // namespace

TEST_SUITE_BEGIN("concurrent log");

TEST_CASE_TEMPLATE("what many threads append is there once each, in each thread's order", Kind, EVERY_LOG) {
  constexpr std::size_t writers = 16, appends = 40;
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  std::atomic<std::size_t> acknowledged = 0;
  std::vector<std::jthread> threads;
  for (std::size_t writer = 0; writer < writers; ++writer)
    threads.emplace_back([&, writer] {
      for (std::size_t i = 0; i < appends; ++i)
        if (log->append(drafts(draft("ann", writer_id(writer, 2 * i)),
                               draft("ann", writer_id(writer, 2 * i + 1)),
                               draft("t" + std::to_string(writer), "other")))
                .ok())
          acknowledged += 3;
    });
  threads.clear();
  CHECK(acknowledged == writers * appends * 3);
  std::vector<std::size_t> seen(writers, 0);
  for (const auto& id : ids_from(*log, {partition_of(TenantId{"ann"}, 4), Offset{0}})) {
    if (id == "other") continue;
    const std::size_t writer = std::stoul(id);
    CHECK(id == writer_id(writer, seen[writer]));
    ++seen[writer];
  }
  for (const std::size_t count : seen) CHECK(count == 2 * appends);
  std::uint64_t records = 0;
  for (const Position& end : log->ends()) records += end.next.value();
  CHECK(records == acknowledged);
}

TEST_CASE_TEMPLATE("readers that follow the end see every record once, without a hole", Kind, EVERY_LOG) {
  constexpr std::size_t writers = 8, appends = 100, readers = 3;
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const Partition partition = partition_of(TenantId{"ann"}, 4);
  std::vector<std::size_t> seen(readers, 0), holes(readers, 0);
  std::vector<std::jthread> threads;
  for (std::size_t reader = 0; reader < readers; ++reader)
    threads.emplace_back([&, reader] {
      Position at{partition, Offset{0}};
      const Deadline deadline = never();
      while (seen[reader] < writers * appends && !reached(deadline)) {
        log->wait(std::span(&at, 1), deadline);
        const auto batch = log->read(at, 4096);
        if (!batch) return;
        for (std::size_t i = 0; i < batch->size(); ++i)
          if ((*batch)[i].offset != at.next + i) ++holes[reader];
        seen[reader] += batch->size();
        at.next = at.next + batch->size();
      }
    });
  for (std::size_t writer = 0; writer < writers; ++writer)
    threads.emplace_back([&, writer] {
      for (std::size_t i = 0; i < appends; ++i) (void)log->append(drafts(draft("ann", writer_id(writer, i))));
    });
  threads.clear();
  CHECK(seen == std::vector<std::size_t>(readers, writers * appends));
  CHECK(holes == std::vector<std::size_t>(readers, 0));
}

TEST_CASE_TEMPLATE("waiting ends at once where something lies behind any of the positions", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const auto positions = log->append(drafts(draft("ann", "1")));
  REQUIRE(positions.ok());
  std::vector<Position> any_of = log->ends();
  any_of[positions->front().partition.value()].next = Offset{0};
  const Deadline deadline = never();
  log->wait(any_of, deadline);
  CHECK_FALSE(reached(deadline));
}

TEST_CASE_TEMPLATE("an append wakes who waits for it", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const Deadline deadline = never();
  std::atomic<bool> about_to_wait = false;
  std::jthread reader([&] {
    const std::vector<Position> ends = log->ends();
    about_to_wait = true;
    about_to_wait.notify_one();
    log->wait(ends, deadline);
  });
  about_to_wait.wait(false);
  REQUIRE(log->append(drafts(draft("ann", "1"))).ok());
  reader.join();
  CHECK_FALSE(reached(deadline));
}

TEST_CASE_TEMPLATE("waiting for nothing ends at the deadline", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const Deadline deadline = std::chrono::steady_clock::now() + 5ms;
  log->wait(log->ends(), deadline);
  CHECK(reached(deadline));
}

TEST_CASE_TEMPLATE("wake() interrupts every waiting reader", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const Deadline deadline = never();
  std::atomic<int> returned = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      log->wait(log->ends(), deadline);
      ++returned;
    });
  while (returned < 3) {  // a wake is not remembered for a reader that begins to wait after it
    log->wake();
    std::this_thread::yield();
  }
  readers.clear();
  CHECK_FALSE(reached(deadline));
}

TEST_SUITE_END();
