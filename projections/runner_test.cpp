#include "projections/runner.hpp"

#include <doctest/doctest.h>

#include "projections/install.hpp"
#include "tests/any_log.hpp"
#include "tests/builders.hpp"
#include "tests/heard.hpp"
#include "tests/manual_clock.hpp"
#include "tests/test_database.hpp"

namespace trunkline {
namespace {

using testing::at;
using testing::heard;
using testing::TestDatabase;
using testing::TestEvent;

TestEvent poison(Time time) {
  return TestEvent("poison.sent", "ann", time);
}

// Passes the fold and is refused by the table.
TestEvent too_late(std::string_view person) {
  return testing::touch(person, "spring", *parse_time("2031-01-01T00:00:00Z"));
}

struct World {
  TestDatabase database;
  ManualClock clock;
  testing::AnyLog log{clock, 4};
  Progress progress;

  World() {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session).ok());
    REQUIRE(install(session, heard).ok());
  }

  void append(const std::vector<TestEvent>& events) {
    std::vector<Draft> drafts;
    for (const TestEvent& event : events) drafts.push_back(event.draft());
    REQUIRE(log.append(std::move(drafts)).ok());
  }

  Runner runner(
      std::string member = "one", CommitHook hook = [](CommitStep) { return done(); },
      std::chrono::milliseconds ttl = std::chrono::seconds{10}) {
    RunnerSettings settings;
    settings.member = {std::move(member), ttl};
    settings.hook = std::move(hook);
    return {log, database.address(), heard, std::move(settings), &progress};
  }

  std::string rows() const {
    return database.value(
        "SELECT string_agg(substr(contact, 3, 3) || extract(hour FROM last), ' ' ORDER BY contact) "
        "FROM heard.heard");
  }
  std::string parked() const {
    return database.value(
        "SELECT string_agg(journal_offset || ' ' || reason, '; ' ORDER BY journal_offset) "
        "FROM projections.parked");
  }
};

std::size_t folded_by(Runner& runner) {
  std::size_t events = 0;
  while (true) {
    const auto step = runner.step();
    REQUIRE_MESSAGE(step.ok(), (step ? "" : step.error().message));
    if (*step == 0) return events;
    events += *step;
  }
}

// What the first step that fails says.
Error failure_of(Runner& runner) {
  const auto step = runner.step();
  REQUIRE_FALSE(step.ok());
  return step.error();
}

}  // namespace

TEST_CASE("rows and checkpoint follow the journal, and a restart goes on where they stand") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  world.append({testing::touch("ann", "spring", at(9)), testing::touch("bob", "spring", at(8)).of("other")});
  {
    Runner runner = world.runner();
    CHECK(folded_by(runner) == 2);
    CHECK(world.rows() == "ann9 bob8");
    world.append({testing::touch("ann", "spring", at(11))});
    CHECK(folded_by(runner) == 1);
  }
  world.append({testing::touch("ann", "spring", at(10)), testing::touch("eve", "spring", at(7))});
  Runner again = world.runner();
  CHECK(folded_by(again) == 2);
  CHECK(world.rows() == "ann11 bob8 eve7");
  const auto partition = partition_of(TenantId{"acme"}, 4);
  CHECK(world.progress.committed("heard", partition) == Position{partition, Offset{4}});
  CHECK(world.progress.wait_until("heard", {partition, Offset{4}}, Deadline::max()));
  CHECK_FALSE(world.progress.wait_until("heard", {partition, Offset{5}}, Deadline::min()));
  CHECK(world.database.value("SELECT sum(count) FROM projections.checkpoints") == "5");
}

TEST_CASE("a poison event parks alone, and a retry makes the rows as if it had never failed") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  world.append(
      {testing::touch("ann", "spring", at(9)), poison(at(10)), testing::touch("bob", "spring", at(8))});
  Runner runner = world.runner();
  CHECK(folded_by(runner) == 3);
  CHECK(world.rows() == "ann9 bob8");
  CHECK(world.parked() == "1 poison: the heard model takes no poison");
}

TEST_CASE("a row that its table refuses is traced to its event, which parks alone") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  std::vector<TestEvent> events;
  for (int i = 0; i < 40; ++i)
    events.push_back(testing::touch("p" + std::to_string(100 + i), "spring", at(9)));
  events[17] = too_late("bad");
  events[30] = too_late("evil");
  world.append(events);
  Runner runner = world.runner();
  folded_by(runner);
  CHECK(world.database.value("SELECT count(*) FROM heard.heard") == "38");
  const std::string reason = " data: Postgres refused with 23514, table heard, constraint heard_last_check";
  CHECK(world.parked() == "17" + reason + "; 30" + reason);

  auto session = world.database.connect();
  const auto partition = partition_of(TenantId{"acme"}, 4);
  REQUIRE(request_retry(session, heard, partition, Offset{17}).ok());
  REQUIRE(runner.renew().ok());
  CHECK(folded_by(runner) == 1);
  CHECK(world.parked() == "17" + reason + "; 30" + reason);  // still refused
  REQUIRE(session.run("ALTER TABLE heard_v1.heard DROP CONSTRAINT heard_last_check").ok());
  REQUIRE(request_retry(session, heard, partition, Offset{17}).ok());
  REQUIRE(request_retry(session, heard, partition, Offset{30}).ok());
  REQUIRE(runner.renew().ok());
  CHECK(folded_by(runner) == 2);
  CHECK(world.database.value("SELECT count(*) FROM heard.heard") == "40");
  CHECK(world.parked().empty());
  CHECK(world.database.value("SELECT sum(count) FROM projections.checkpoints") == "40");
  CHECK(request_retry(session, heard, partition, Offset{30}).error().code == "not_parked");
}

TEST_CASE("a commit that fails at any step, or whose answer is lost, changes no row in the end") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  for (const CommitStep step : {CommitStep::folded, CommitStep::begun, CommitStep::fenced,
                                CommitStep::rows_written, CommitStep::committed}) {
    World world;
    int failures = 2;
    Runner runner = world.runner("one", [&](CommitStep reached) {
      if (reached != step || failures-- <= 0) return done();
      return Status{try_again("unclear", "the test broke it")};
    });
    world.append(
        {testing::touch("ann", "spring", at(9)), testing::touch("bob", "spring", at(8)).of("other")});
    CHECK(failure_of(runner).code == "unclear");
    if (step == CommitStep::committed) world.append({testing::touch("eve", "spring", at(7))});
    CHECK(failure_of(runner).code == "unclear");
    folded_by(runner);
    CHECK(world.rows().substr(0, 9) == "ann9 bob8");
    CHECK(world.database.value("SELECT sum(count) FROM projections.checkpoints") ==
          (step == CommitStep::committed ? "3" : "2"));
  }
}

TEST_CASE("an owner that was replaced writes nothing any more") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  Runner first = world.runner(
      "first", [](CommitStep) { return done(); }, std::chrono::milliseconds{0});
  world.append({testing::touch("ann", "spring", at(9))});
  CHECK(folded_by(first) == 1);
  Runner second = world.runner(
      "second", [](CommitStep) { return done(); }, std::chrono::milliseconds{0});
  REQUIRE(second.renew().ok());  // the first is taken for gone
  world.append({testing::touch("ann", "spring", at(10))});
  CHECK(failure_of(first).code == "fenced");
  CHECK(world.rows() == "ann9");
  CHECK(folded_by(second) == 1);
  CHECK(world.rows() == "ann10");
  world.append({testing::touch("ann", "spring", at(11))});
  REQUIRE(first.renew().ok());  // and takes it back
  CHECK(failure_of(second).code == "fenced");
  CHECK(folded_by(first) == 1);
  CHECK(world.rows() == "ann11");
}

TEST_CASE("living members share the partitions, and who leaves frees his") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  auto session = world.database.connect();
  const auto owned = [&](const std::string& name) {
    const auto checkpoints = claim(session, heard, world.log, {name}, Claim::renew);
    REQUIRE_MESSAGE(checkpoints.ok(), (checkpoints ? "" : checkpoints.error().message));
    return checkpoints->size();
  };
  CHECK(owned("a") == 4);
  CHECK(owned("b") == 0);  // nothing is free before `a` has given up its surplus
  CHECK(owned("a") == 2);
  CHECK(owned("b") == 2);
  CHECK(owned("c") == 0);
  CHECK(owned("a") == 2);  // three members of four partitions: a share is two
  REQUIRE(release(session, heard, {"b"}).ok());
  CHECK(owned("c") == 2);
  const auto epochs = read_checkpoints(session, heard);
  const auto afresh = claim(session, heard, world.log, {"c"}, Claim::afresh);
  REQUIRE(afresh.ok());
  for (const Checkpoint& checkpoint : *afresh)
    CHECK(checkpoint.epoch == (*epochs)[checkpoint.position.partition.value()].epoch + 1);
}

TEST_CASE("a checkpoint of another journal, beyond the end, or behind a changed record is refused") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  world.append({testing::touch("ann", "spring", at(9)), testing::touch("bob", "spring", at(8))});
  {
    Runner runner = world.runner();
    CHECK(folded_by(runner) == 2);
  }
  auto session = world.database.connect();
  const auto refused_after = [&](const std::string& change) {
    REQUIRE(session.run("UPDATE projections.checkpoints SET " + change + " WHERE next_offset > 0").ok());
    Runner runner = world.runner();
    const Error error = failure_of(runner);
    CHECK(error.fault == Fault::stop);
    return error.code;
  };
  CHECK(refused_after("next_offset = 3") == "beyond_end");
  CHECK(refused_after("next_offset = 1") == "changed_record");
  CHECK(refused_after("next_offset = 2, journal = 'abcdefabcdef'") == "foreign_journal");
}

TEST_SUITE("concurrent runner") {
  // No heartbeat is due as long as this lasts: what is left is taken over because it was told.
  TEST_CASE("partitions that a member gives up, or leaves, are taken over at once by whoever runs") {
    SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
    World world;
    RunnerSettings settings;
    settings.member = {"leaving", std::chrono::hours{1}};
    Runner leaving(world.log, world.database.address(), heard, settings, nullptr);
    REQUIRE(leaving.renew().ok());
    settings.member.name = "staying";
    settings.heartbeat = std::chrono::hours{1};
    Runner staying(world.log, world.database.address(), heard, settings, &world.progress);
    std::jthread thread([&staying](const std::stop_token& stop) { CHECK(staying.run(stop).ok()); });
    const auto joined = [&world] {
      return world.database.value("SELECT count(*) FROM projections.members WHERE member = 'staying'");
    };
    while (joined() != "1") std::this_thread::yield();
    REQUIRE(leaving.renew().ok());  // gives up what is above its share
    const auto is_folded = [&world](std::uint32_t partition) {
      const Position start{Partition{partition}, Offset{0}};
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
      // Every wait ends early when the process lets a partition go.
      while (std::chrono::steady_clock::now() < deadline)
        if (world.progress.wait_until(heard.name, start, deadline)) return true;
      return false;
    };
    CHECK(is_folded(2));
    CHECK(is_folded(3));
    REQUIRE(leaving.leave().ok());
    CHECK(is_folded(0));
    CHECK(is_folded(1));
  }

  TEST_CASE("run() folds while it commits, wakes for what arrives, and stops when told") {
    SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
    World world;
    RunnerSettings settings;
    settings.member = {"one"};
    settings.batch_bytes_max = 2'000;  // a few events: many batches
    settings.fold.rows_cached_max = 50;
    int failures = 0;
    settings.hook = [&failures](CommitStep step) {
      if (step != CommitStep::rows_written || ++failures % 7 != 0) return done();
      return Status{try_again("connection", "the test broke it")};
    };
    Runner runner(world.log, world.database.address(), heard, std::move(settings), &world.progress);
    std::vector<TestEvent> events;
    for (int i = 0; i < 200; ++i)
      events.push_back(testing::touch("p" + std::to_string(100 + i % 80), "spring", at(i % 24, i % 60)));
    world.append(events);
    const auto partition = partition_of(TenantId{"acme"}, 4);
    const Deadline patience = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    std::jthread thread([&runner](const std::stop_token& stop) { CHECK(runner.run(stop).ok()); });
    CHECK(world.progress.wait_until("heard", {partition, Offset{200}}, patience));
    world.append({too_late("bad"), poison(at(1)), testing::touch("zoe", "spring", at(3))});
    CHECK(world.progress.wait_until("heard", {partition, Offset{203}}, patience));
    thread.request_stop();
    thread.join();
    CHECK(world.database.value("SELECT count(*) FROM heard.heard") == "81");
    CHECK(world.database.value("SELECT count(*) FROM projections.parked") == "2");
    CHECK(world.database.value("SELECT count(owner) FROM projections.leases") == "0");
  }
}

}  // namespace trunkline
