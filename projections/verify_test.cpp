#include "projections/verify.hpp"

#include <doctest/doctest.h>

#include "projections/install.hpp"
#include "projections/lead_desk/fold.hpp"
#include "projections/runner.hpp"
#include "tests/any_log.hpp"
#include "tests/desk_story.hpp"
#include "tests/manual_clock.hpp"
#include "tests/test_database.hpp"

namespace trunkline {
namespace {

using desk::lead_desk;
using namespace testing;

// A desk that has folded a history, and a copy of its rows to restore what a test damages.
struct Verified {
  TestDatabase database;
  ManualClock clock;
  AnyLog log{clock, 4};

  Verified() {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session).ok());
    REQUIRE(install(session, lead_desk).ok());
    append(DeskStory(story_seed(7)).events(2'000));
    fold();
    REQUIRE(session.script("CREATE SCHEMA kept").ok());
    for (const std::string table : tables)
      REQUIRE(session.script(copy(table, "kept.", "lead_desk_v1.")).ok());
    REQUIRE(session.script("CREATE TABLE kept.checkpoints AS TABLE projections.checkpoints").ok());
  }

  void append(const std::vector<TestEvent>& events) {
    std::vector<Draft> drafts;
    for (const TestEvent& event : events) drafts.push_back(event.draft());
    REQUIRE(log.append(std::move(drafts)).ok());
  }

  void fold() {
    RunnerSettings settings;
    settings.member = {"one"};
    Runner runner(log, database.address(), lead_desk, std::move(settings), nullptr);
    while (true) {
      const auto step = runner.step();
      REQUIRE_MESSAGE(step.ok(), (step ? "" : step.error().message));
      if (*step == 0) return;
    }
  }

  VerifyReport verified(Depth depth) {
    const auto report = verify(log, database.address(), std::span{&lead_desk, 1}, {.depth = depth});
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    return *report;
  }

  // Damages, verifies, restores. Whether a finding names this table and column.
  bool finds(const std::string& table, const std::string& column, const std::string& damaged, Depth depth) {
    auto session = database.connect();
    const std::string one = "(SELECT ctid FROM lead_desk_v1." + table + " ORDER BY 1 LIMIT 1)";
    REQUIRE(session
                .script("UPDATE lead_desk_v1." + table + " SET " + column + " = " + damaged +
                        " WHERE ctid = " + one)
                .ok());
    const auto report = verified(depth);
    REQUIRE(session
                .script("TRUNCATE lead_desk_v1." + table + "; INSERT INTO lead_desk_v1." + table +
                        " SELECT * FROM kept." + table)
                .ok());
    return names(report, table, column);
  }

  static bool names(const VerifyReport& report, const std::string& table, const std::string& column) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
      return finding.model == "lead_desk" && finding.difference.table == table &&
             finding.difference.column == column;
    });
  }

  static constexpr const char* tables[] = {"leads", "lead_segments", "agent_day", "channel_hour",
                                           "attribution"};

 private:
  static std::string copy(const std::string& table, const std::string& to, const std::string& from) {
    return "CREATE TABLE " + to + table + " AS TABLE " + from + table;
  }
};

}  // namespace

TEST_CASE("what has been folded is complete, plainly and deeply") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Verified world;
  const auto plain = world.verified(Depth::plain);
  for (const Finding& finding : plain.findings) MESSAGE(finding.text());
  CHECK(plain.complete());
  CHECK(plain.records >= 2'000);
  const auto deep = world.verified(Depth::deep);
  for (const Finding& finding : deep.findings) MESSAGE(finding.text());
  CHECK(deep.complete());
  CHECK(world.database.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'verify%'") == "0");
}

TEST_CASE("a damaged column of every kind is found and named") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Verified world;
  struct Damage {
    const char *table, *column, *value;
  };
  for (const Damage damage : {Damage{"leads", "stage", "'lost and found'"},
                              {"leads", "source", "NULL"},
                              {"leads", "first_seen", "first_seen - interval '1 second'"},
                              {"leads", "last_contact", "'2020-01-01Z'"},
                              {"leads", "calls", "calls + 1"},
                              {"leads", "answered", "answered + 1"},
                              {"leads", "talk_ms", "talk_ms - 1"},
                              {"leads", "messages_in", "messages_in + 1"},
                              {"leads", "messages_out", "messages_out + 1"},
                              {"leads", "first_response_ms", "-5"},
                              {"leads", "touches", "touches + 1"},
                              {"leads", "value_e4", "value_e4 + 1"},
                              {"leads", "converted_at", "'2020-01-01Z'"},
                              {"agent_day", "calls", "calls + 1"},
                              {"agent_day", "talk_ms", "talk_ms + 1"},
                              {"agent_day", "conversions", "conversions - 1"},
                              {"channel_hour", "inbound", "inbound + 1"},
                              {"channel_hour", "outbound", "outbound + 1"},
                              {"attribution", "conversions", "conversions + 1"},
                              {"attribution", "value_e4", "value_e4 + 1"}})
    CHECK_MESSAGE(world.finds(damage.table, damage.column, damage.value, Depth::plain), damage.table, ".",
                  damage.column);
  CHECK(world.finds("leads", "facts", "facts || '\\x00'", Depth::deep));
  CHECK(world.finds("leads", "segments", "segments || segments || '\\x00'", Depth::deep));
  CHECK(world.finds("lead_segments", "facts", "set_byte(facts, 8, 255 - get_byte(facts, 8))", Depth::deep));
  CHECK(world.finds("leads", "contact", "'p_nobody'", Depth::deep) ==
        false);  // a key: told as rows that lack
  CHECK(world.verified(Depth::deep).complete());
}

TEST_CASE("rows that lack or are too many are found and named") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Verified world;
  auto session = world.database.connect();
  REQUIRE(
      session
          .script("DELETE FROM lead_desk_v1.agent_day WHERE ctid = (SELECT min(ctid) FROM "
                  "lead_desk_v1.agent_day);"
                  "INSERT INTO lead_desk_v1.attribution VALUES ('acme', 'invented', 1, 0);"
                  "DELETE FROM lead_desk_v1.leads WHERE ctid = (SELECT min(ctid) FROM lead_desk_v1.leads)")
          .ok());
  const auto plain = world.verified(Depth::plain);
  CHECK(Verified::names(plain, "agent_day", ""));
  CHECK(Verified::names(plain, "attribution", "conversions"));
  const auto deep = world.verified(Depth::deep);
  CHECK(Verified::names(deep, "leads", ""));
}

TEST_CASE("a checkpoint that was moved is found and named") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Verified world;
  auto session = world.database.connect();
  world.append(
      {touch("ann", "spring", at(9)), touch("ann", "spring", at(10))});  // in the journal, not yet folded
  CHECK(world.verified(Depth::deep).complete());
  const auto after = [&](const std::string& change) {
    const auto partition = std::to_string(partition_of(TenantId{"acme"}, 4).value());
    REQUIRE(session
                .script("TRUNCATE projections.checkpoints; INSERT INTO projections.checkpoints SELECT * FROM "
                        "kept.checkpoints; UPDATE projections.checkpoints SET " +
                        change + " WHERE partition = " + partition)
                .ok());
    return world.verified(Depth::plain);
  };
  const auto forward = after("next_offset = next_offset + 1");
  CHECK(Verified::names(forward, "checkpoints", "count"));
  CHECK(Verified::names(forward, "checkpoints", "digest"));
  CHECK(Verified::names(after("next_offset = next_offset - 1"), "checkpoints", "last_hash"));
  CHECK(Verified::names(after("next_offset = next_offset + 3"), "checkpoints", "next_offset"));
  CHECK(Verified::names(after("journal = 'abcdefabcdef'"), "checkpoints", "journal"));
  CHECK(Verified::names(after("next_offset = next_offset + 1, count = count + 1"), "checkpoints", "digest"));
}

}  // namespace trunkline
