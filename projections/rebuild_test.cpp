// Versions built beside the live one: equal to it, switched to and back, and interrupted anywhere.
#include "projections/rebuild.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>

#include "projections/analytics/projection.hpp"
#include "projections/checkpoint.hpp"
#include "projections/conversion/projection.hpp"
#include "projections/leads/projection.hpp"
#include "projections/verify.hpp"
#include "tests/heard.hpp"
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

std::uint64_t chosen_seed() {
  const char* stated = std::getenv("TRUNKLINE_SEED");
  return stated != nullptr ? std::strtoull(stated, nullptr, 10) : std::random_device{}();
}

// The heard model once more, as other code: what was last heard is told in another column.
const Projection heard_anew{
    "heard", 2,
    R"(CREATE TABLE heard (tenant text COLLATE "C", contact text COLLATE "C", last timestamptz NOT NULL,
                           told boolean NOT NULL DEFAULT true, PRIMARY KEY (tenant, contact));
       CREATE INDEX heard_last ON heard (tenant, last); COMMENT ON INDEX heard_last IS 'queries only';)",
    "CREATE OR REPLACE VIEW :views.heard AS SELECT contact, last, told, tenant FROM :rows.heard;",
    &make_heard};

// And with a table whose rows nobody looks up while folding: even its key can wait until they are there.
const Projection heard_and_said{
    "heard", 2,
    R"(CREATE TABLE heard (tenant text COLLATE "C", contact text COLLATE "C", last timestamptz NOT NULL,
                           PRIMARY KEY (tenant, contact));
       CREATE INDEX heard_last ON heard (tenant, last); COMMENT ON INDEX heard_last IS 'queries only';
       CREATE TABLE said (tenant text, said text, PRIMARY KEY (tenant, said));
       COMMENT ON INDEX said_pkey IS 'queries only';)",
    "CREATE OR REPLACE VIEW :views.heard AS SELECT contact, last, tenant FROM :rows.heard;", &make_heard};

class World {
 public:
  explicit World(const Projection& model) : model_(model) {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session).ok());
    REQUIRE(install_live(session, model).ok());
  }

  void append(const std::vector<TestEvent>& events) {
    std::vector<Draft> drafts;
    for (const TestEvent& event : events) drafts.push_back(event.draft());
    REQUIRE(log.append(std::move(drafts)).ok());
  }

  // As the server's runners do.
  void fold(int version = 1) {
    const Projection at = at_version(model_, version);
    RunnerSettings settings;
    settings.member.name = "serve";
    Runner runner(log, database.address(), at, std::move(settings), nullptr);
    for (;;) {
      const auto step = runner.step();
      REQUIRE_MESSAGE(step.ok(), (step ? "" : step.error().message));
      if (*step == 0) break;
    }
    REQUIRE(runner.leave().ok());
  }
  void tell(const std::vector<TestEvent>& events) {
    append(events);
    fold();
  }

  RebuildSettings settings(Comparing comparing = Comparing::yes) const {
    RebuildSettings settings;
    settings.postgres = database.address();
    settings.batch_events_max = 20;
    settings.threads = 2;
    settings.comparing = comparing;
    return settings;
  }
  RebuildReport build(const Projection& model, const RebuildSettings& chosen) {
    const auto report = rebuild(log, model, chosen, {});
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    return *report;
  }

  std::string versions() const {
    return database.value(
        "SELECT string_agg(version || ' ' || code || ' ' || state, ', ' ORDER BY version) "
        "FROM projections.versions");
  }

  TestDatabase database;
  ManualClock clock;
  MemoryLog log{clock, 4};

 private:
  const Projection& model_;
};

std::vector<TestEvent> history(std::uint64_t seed, int events) {
  std::mt19937_64 dice(seed);
  const auto roll = [&](std::uint64_t sides) { return static_cast<int>(dice() % sides); };
  const auto somebody = [&] { return "person" + std::to_string(roll(12)); };
  std::vector<TestEvent> all;
  for (int i = 0; i < events; ++i) {
    const Time when = at(roll(20), roll(60), roll(3));
    const std::string who = somebody();
    switch (roll(8)) {
      case 0:
        all.push_back(linked(who, somebody(), when, roll(2) == 0 ? "person" : "inferred"));
        break;
      case 1:
        all.push_back(unlinked(who, when));
        break;
      case 2:
        all.push_back(
            testing::conversion(who, 100 + roll(50), when).subject("sale" + std::to_string(roll(30))));
        break;
      case 3:
        all.push_back(conversion_reversed(who, "sale" + std::to_string(roll(30)), when));
        break;
      case 4:
        all.push_back(message_received(who, when));
        break;
      default:
        all.push_back(call_ended(who, 1'000 * roll(90), when).subject("call" + std::to_string(roll(60))));
    }
    all.back().of(roll(3) == 0 ? "other" : "acme").id("e" + std::to_string(roll(500)));
  }
  return all;
}

}  // namespace

TEST_CASE("a rebuilt model is the live one row for row, whatever the history") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  for (const Projection* model : {&leads::projection, &analytics::projection, &conversion::projection}) {
    World world(*model);
    world.tell(history(seed, 300));
    world.tell(history(seed + 1, 100));
    world.append(history(seed + 2, 50));  // the live one is behind: compared where it is
    const RebuildReport report = world.build(*model, world.settings());
    for (const Difference& difference : report.differences)
      FAIL_CHECK(model->name << " " << difference.table << " " << difference.key << " " << difference.column);
    CHECK(report.switched);
    CHECK(report.version == 2);
    CHECK(report.events == 450);
    CHECK(world.versions() == "1 1 former, 2 1 live");
    world.fold(1);
    const auto verified =
        verify(world.log, world.database.address(), std::vector{*model}, {Depth::deep, {}, nullptr});
    REQUIRE(verified.ok());
    CHECK(verified->complete());
  }
}

TEST_CASE("what differs is named, and then the live version stays live until somebody says otherwise") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world(leads::projection);
  world.tell({call_ended("ann", 1'000, at(9)), call_ended("bob", 1'000, at(9))});
  auto session = world.database.connect();
  REQUIRE(
      session.run("UPDATE leads_v1.leads SET calls = 8 WHERE lead = $1", Params{}.text(token("ann"))).ok());
  const RebuildReport report = world.build(leads::projection, world.settings());
  REQUIRE(report.differences.size() == 1);
  CHECK(report.differences[0].table == "leads");
  CHECK(report.differences[0].column == "calls");
  CHECK(report.differences[0].stored == "8");
  CHECK(report.differences[0].counted == "1");
  CHECK_FALSE(report.switched);
  CHECK(world.versions() == "1 1 live, 2 1 built");
  CHECK(world.database.value("SELECT sum(calls) FROM leads.leads") == "9");
  CHECK(*switch_to_built(session, leads::projection) == 2);
  CHECK(world.database.value("SELECT sum(calls) FROM leads.leads") == "2");
  CHECK(*switch_back(session, leads::projection) == 1);
  CHECK(world.database.value("SELECT sum(calls) FROM leads.leads") == "9");
  CHECK(switch_back(session, leads::projection).error().code == "no_version");
  CHECK(*switch_to_built(session, leads::projection) == 2);
  CHECK(*drop_others(session, leads::projection) == std::vector<int>{1});
  CHECK(world.versions() == "2 1 live");
  CHECK(world.database.value("SELECT to_regnamespace('leads_v1') IS NULL") == "t");
  CHECK(world.database.value("SELECT count(*) FROM projections.checkpoints WHERE version = 1") == "0");
}

TEST_CASE("queries answer from the live version, whatever its number") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.install_versions();
  office.tell({call_ended("ann", 1'000, at(9)), message_received("bob", at(10))});
  const std::string lead = office.body("/v1/leads/" + token("ann"));
  const std::string list = office.body("/v1/leads");
  RebuildSettings settings;
  settings.postgres = office.address();
  const auto report = rebuild(office.log(), leads::projection, settings, {});
  REQUIRE(report.ok());
  CHECK(office.value("SELECT count(*) FROM leads_v2.leads") == "2");
  CHECK(office.value(
            "WITH old AS (UPDATE leads_v1.leads SET stage = 'wrong' RETURNING 1) SELECT count(*) FROM old") ==
        "2");
  CHECK(office.body("/v1/leads/" + token("ann")) == lead);
  CHECK(office.body("/v1/leads") == list);
}

TEST_CASE(
    "rows of other code are refused until they are rebuilt; going back brings them and their views back") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world(heard);
  world.tell({touch("ann", "spring", at(9))});
  auto session = world.database.connect();
  REQUIRE(session.run("GRANT SELECT ON heard.heard TO PUBLIC").ok());
  CHECK(install_live(session, heard_anew)->code == 1);  // and nothing is touched
  CHECK(live_version(session, heard_anew).error().code == "rebuild_needed");
  world.append({touch("bob", "spring", at(10))});
  const RebuildReport report = world.build(heard_anew, world.settings(Comparing::no));
  CHECK(report.switched);
  CHECK(world.versions() == "1 1 former, 2 2 live");
  CHECK(world.database.value("SELECT count(*) FROM heard.heard WHERE told") == "2");
  CHECK(world.database.value("SELECT has_table_privilege('public', 'heard.heard', 'SELECT')") == "t");
  CHECK(live_version(session, heard_anew)->version == 2);
  CHECK(live_version(session, heard).error().code == "rebuild_needed");
  CHECK(*switch_back(session, heard_anew) == 1);
  CHECK(world.database.value("SELECT count(*) FROM heard.heard") == "1");
  CHECK(live_version(session, heard)->version == 1);
}

TEST_CASE("a rebuild makes indexes that only queries need once the rows are there, keys among them") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world(heard);
  world.append({touch("bob", "spring", at(10))});
  const auto names = [&](const std::string& kept) {
    return world.database.value(
        "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_index JOIN pg_class ON "
        "oid = indexrelid WHERE relnamespace = 'heard_v2'::regnamespace AND " +
        kept);
  };
  RebuildSettings settings = world.settings(Comparing::no);
  std::string meanwhile;
  settings.hook = [&](CommitStep) {
    meanwhile = names("true");
    return done();
  };
  CHECK(world.build(heard_and_said, settings).switched);
  CHECK(meanwhile == "heard_pkey");
  CHECK(names("true") == "heard_last heard_pkey said_pkey");
  CHECK(names("indisprimary") == "heard_pkey said_pkey");
}

TEST_CASE("a rebuild makes the index of a contact's facts as soon as its fold asks for it, and not before") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto indexed_while_folding = [](const std::vector<TestEvent>& events) {
    World world(leads::projection);
    world.tell(events);
    RebuildSettings settings = world.settings();
    std::string indexed;
    settings.hook = [&](CommitStep) {
      indexed = world.database.value("SELECT to_regclass('leads_v2.facts_of_contact') IS NOT NULL");
      return done();
    };
    CHECK(world.build(leads::projection, settings).switched);
    CHECK(world.database.value("SELECT to_regclass('leads_v2.facts_of_contact') IS NOT NULL") == "t");
    return indexed;
  };
  std::vector<TestEvent> events = {captured("ann", at(9)).id("1"), touch("ann", "spring", at(10))};
  CHECK(indexed_while_folding(events) == "f");
  for (int i = 0; i < 40; ++i) events.push_back(touch("bob", "spring", at(10, i)));
  events.push_back(captured("ann", at(12)).id("1"));  // the first moment goes away, batches later
  CHECK(indexed_while_folding(events) == "t");
}

TEST_CASE("other code's rows differ in what it changed, told at equal positions") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world(heard);
  world.tell({touch("ann", "spring", at(9))});
  world.append({touch("bob", "spring", at(10))});
  const RebuildReport report = world.build(heard_anew, world.settings());
  REQUIRE(report.differences.size() == 1);
  CHECK(report.differences[0].key == "acme, " + token("ann"));
  CHECK(report.differences[0].column == "told");
  CHECK(world.versions() == "1 1 live, 2 2 built");
}

TEST_CASE("one build at a time") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world(heard);
  world.tell({touch("ann", "spring", at(9))});
  RebuildSettings settings = world.settings();
  std::string second;
  settings.hook = [&](CommitStep) {
    if (second.empty()) second = rebuild(world.log, heard, world.settings(), {}).error().code;
    return done();
  };
  CHECK(world.build(heard, settings).switched);
  CHECK(second == "rebuild_running");
}

TEST_CASE("killed anywhere, a build leaves the live rows alone and is finished by the next one") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  for (const auto& [step, times] : {std::pair{CommitStep::folded, 1},
                                    {CommitStep::fenced, 3},
                                    {CommitStep::rows_written, 5},
                                    {CommitStep::committed, 2}}) {
    World world(leads::projection);
    world.tell(history(seed, 200));
    const std::string before =
        world.database.value("SELECT md5(string_agg(l::text, '' ORDER BY l)) FROM leads.leads l");
    const pid_t child = ::fork();
    if (child == 0) {
      RebuildSettings settings = world.settings();
      settings.threads = 1;
      settings.hook = [at = step, left = times](CommitStep reached) mutable {
        if (reached == at && --left <= 0) (void)std::raise(SIGKILL);
        return done();
      };
      (void)rebuild(world.log, leads::projection, settings, {});
      ::_exit(1);
    }
    int ended = 0;
    REQUIRE(::waitpid(child, &ended, 0) == child);
    CHECK(WIFSIGNALED(ended));
    CHECK(world.versions() == "1 1 live, 2 1 building");
    CHECK(world.database.value("SELECT md5(string_agg(l::text, '' ORDER BY l)) FROM leads.leads l") ==
          before);
    const RebuildReport report = world.build(leads::projection, world.settings());
    CHECK(report.differences.empty());
    CHECK(report.switched);
    CHECK(report.version == 2);
    CHECK(report.events <= 200);
  }
}
