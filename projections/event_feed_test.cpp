#include "projections/event_feed.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "tests/builders.hpp"
#include "tests/counting_log.hpp"
#include "tests/manual_clock.hpp"

namespace trunkline {
namespace {

using testing::at;
using testing::touch;

constexpr std::size_t chunk = 4'000;  // bytes: some events
constexpr auto for_ever = std::chrono::hours{1};

struct World {
  ManualClock clock;
  testing::CountingLog log{clock, 1};
  EventFeed feed{log, for_ever};

  void append(int events) {
    std::vector<Draft> drafts;
    for (int i = 0; i < events; ++i)
      drafts.push_back(touch("ann", "spring", at(9, i)).subject("t" + std::to_string(appended_++)).draft());
    REQUIRE(log.append(std::move(drafts)).ok());
  }

  // Subjects of the events from there to the end.
  std::string read_all(std::uint64_t from = 0) {
    std::string subjects;
    for (Position next{Partition{0}, Offset{from}};;) {
      const auto events = feed.read(next, chunk);
      REQUIRE(events.ok());
      if (*events == nullptr) return subjects;
      for (std::size_t i = (*events)->index_of(next.next); i < (*events)->size(); ++i)
        subjects.append((*events)->event(i).subject).append(" ");
      next.next = (*events)->offset((*events)->size() - 1) + 1;
    }
  }

 private:
  int appended_ = 0;
};

EventBatch batch_of(const std::vector<std::string>& documents) {
  RecordBatch records;
  for (std::size_t i = 0; i < documents.size(); ++i) records.add(Offset{10 * i}, documents[i]);
  json::Parser parser(EventBatch::depth_max);
  return {records, parser};
}

std::string nested(std::size_t depth) {
  std::string document = touch("ann", "spring", at(9)).document();
  document.pop_back();
  return document + ",\"deep\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

}  // namespace

TEST_CASE("what several read at about the same time is read from the log once") {
  World world;
  world.append(40);
  const std::string once = world.read_all();
  CHECK(world.log.given == 40);
  CHECK(world.read_all() == once);
  CHECK(once.starts_with("t0 t1 t2 "));
  CHECK(world.read_all(38) == "t38 t39 ");
  world.append(1);
  CHECK(world.read_all(38) == "t38 t39 t40 ");
  CHECK(world.log.given == 41);
}

TEST_CASE("who is far behind reads from the log again, and the same") {
  World world;
  world.append(40);
  const std::string first = world.read_all();
  for (int i = 0; i < 100; ++i) {  // each reading is kept on its own
    world.append(1);
    world.read_all(static_cast<std::uint64_t>(40 + i));
  }
  CHECK(world.log.given == 140);
  CHECK(world.read_all().starts_with(first));
  CHECK(world.log.given > 140);
}

TEST_CASE("a record that is no event is damaged alone, wherever it stands") {
  const std::string good = touch("ann", "spring", at(9)).document();
  for (const std::string bad :
       {"{\"id\":", "nonsense", "", "[]", "{}", "null", "{\"id\":\"\\u12\"}", "{},{}"})
    for (const std::size_t place : {0, 1, 2}) {
      CAPTURE(bad);
      CAPTURE(place);
      std::vector<std::string> documents(3, good);
      documents[place] = bad;
      const EventBatch batch = batch_of(documents);
      REQUIRE(batch.size() == 3);
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK((batch.damage(i) != nullptr) == (i == place));
        CHECK(batch.offset(i) == Offset{10 * i});
        CHECK(batch.digest(i) == digest_of(documents[i]));
        if (i != place) CHECK(batch.event(i).type == "touch.recorded");
      }
    }
}

TEST_CASE("a document among others may be as deep as one alone, and no deeper") {
  const EventBatch batch = batch_of({nested(json::depth_max - 1), nested(json::depth_max), nested(1)});
  CHECK(batch.damage(0) == nullptr);
  REQUIRE(batch.damage(1) != nullptr);
  CHECK(batch.damage(1)->code == "too_deep");
  CHECK(batch.damage(2) == nullptr);
}

TEST_CASE("a place between two records is that of the second") {
  const std::string document = touch("ann", "spring", at(9)).document();
  const EventBatch batch = batch_of({document, document, document});  // at 0, 10, 20
  CHECK(batch.index_of(Offset{0}) == 0);
  CHECK(batch.index_of(Offset{1}) == 1);
  CHECK(batch.index_of(Offset{10}) == 1);
  CHECK(batch.index_of(Offset{20}) == 2);
  CHECK(batch.index_of(Offset{21}) == 3);
}

TEST_SUITE("concurrent feed") {
  TEST_CASE("many that read at once get the same events, each read from the log once") {
    World world;
    world.append(200);
    std::vector<std::string> read(8);
    {
      std::vector<std::jthread> threads;
      for (std::string& mine : read) threads.emplace_back([&] { mine = world.read_all(); });
    }
    CHECK(world.log.given == 200);
    for (const std::string& each : read) CHECK(each == read.front());
    CHECK(read.front().ends_with("t198 t199 "));
  }

  TEST_CASE(
      "who travels ahead waits for those close behind, not for those far behind, nor for who has left") {
    World world;
    EventFeed::Journey ahead(world.feed);
    EventFeed::Journey far_behind(world.feed);
    auto close_behind = std::make_unique<EventFeed::Journey>(world.feed);
    std::atomic<bool> caught_up = false;
    close_behind->passed(90'000);
    std::jthread other([&] {
      caught_up = true;
      close_behind->passed(100'000);
    });
    ahead.passed(100'000);
    CHECK(caught_up);
    other.join();
    std::jthread leaving([&] {
      caught_up = false;
      close_behind.reset();
    });
    ahead.passed(110'000);
    CHECK_FALSE(caught_up);
  }
}

}  // namespace trunkline
