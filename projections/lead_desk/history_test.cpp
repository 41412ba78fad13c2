// The desk against a recount that knows nothing of it: any order, any repetition, failures in between, two
// runners.
#include <doctest/doctest.h>

#include "projections/install.hpp"
#include "projections/lead_desk/fold.hpp"
#include "projections/runner.hpp"
#include "tests/any_log.hpp"
#include "tests/desk_recount.hpp"
#include "tests/desk_story.hpp"
#include "tests/manual_clock.hpp"
#include "tests/test_database.hpp"

namespace trunkline {
namespace {

using desk::lead_desk;
using namespace testing;

constexpr std::size_t events_a_batch = 12;

std::vector<std::string> lines_of(Postgres& session, std::string_view sql) {
  const auto rows = session.run(sql);
  REQUIRE_MESSAGE(rows.ok(), (rows ? "" : rows.error().message));
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    std::string line;
    for (std::size_t column = 0; column < rows->columns(); ++column)
      line += (column == 0 ? "" : "|") + std::string{rows->text(row, column)};
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// One history on its way through the runner into a database of its own.
struct Telling {
  TestDatabase database;
  ManualClock clock;
  AnyLog log{clock, 4};
  std::mt19937 random;
  std::size_t commits = 0;

  Telling(const std::vector<TestEvent>& events, std::uint32_t seed) : random(seed) {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session).ok());
    REQUIRE(install(session, lead_desk).ok());
    std::vector<Draft> drafts;
    for (const TestEvent& event : events) drafts.push_back(event.draft());
    REQUIRE(log.append(std::move(drafts)).ok());
  }

  bool one_in(int n) { return std::uniform_int_distribution<int>(1, n)(random) == 1; }

  Runner runner(const std::string& name, std::size_t rows_cached_max, int fails_one_in) {
    RunnerSettings settings;
    settings.member = {name, std::chrono::milliseconds{0}};  // the others always take it for gone
    settings.batch_events_max = events_a_batch;
    settings.fold.rows_cached_max = rows_cached_max;
    settings.hook = [this, fails_one_in](CommitStep step) {
      commits += step == CommitStep::committed;
      if (fails_one_in == 0 || !one_in(fails_one_in)) return done();
      return Status{try_again("connection", "the test broke it")};
    };
    return {log, database.address(), lead_desk, std::move(settings), nullptr};
  }

  // Steps until the journal's end; failures are the test's own or the fence's.
  void fold(std::vector<Runner> runners) {
    for (std::size_t turn = 0;; ++turn) {
      Runner& runner = runners[turn % runners.size()];
      if (one_in(5)) REQUIRE(runner.renew().ok());
      const auto step = runner.step();
      if (step.ok() && *step == 0) {
        REQUIRE(runner.renew().ok());  // owns all of it now: is that really the end?
        if (*runner.step() == 0) return;
      }
      if (!step) REQUIRE_MESSAGE(step.error().fault == Fault::retry, step.error().message);
    }
  }

  std::vector<std::vector<std::string>> rows() {
    auto session = database.connect();
    std::vector<std::vector<std::string>> rows;
    for (const auto query : desk_queries) rows.push_back(lines_of(session, query));
    return rows;
  }
  std::vector<std::string> packed() {
    auto session = database.connect();
    auto lines = lines_of(session, "SELECT tenant, contact, facts, segments FROM lead_desk_v1.leads");
    const auto more =
        lines_of(session, "SELECT tenant, contact, segment, facts FROM lead_desk_v1.lead_segments");
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
  }
};

template <class... Runners>
std::vector<Runner> both(Runners... runners) {
  std::vector<Runner> all;
  (all.push_back(std::move(runners)), ...);
  return all;
}

}  // namespace

TEST_CASE("any order, repetition and failure of a history ends in the rows of an independent recount") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const std::uint32_t seed = story_seed(20'261'123);
  INFO("TRUNKLINE_SEED=" << seed);
  auto events = DeskStory(seed).events(1'500);
  DeskRecount recount;
  for (const TestEvent& event : events) recount.collect(event.document());
  const auto expected = recount.rows();

  Telling as_told(events, seed);
  as_told.fold(both(as_told.runner("one", 200'000, 0)));
  CHECK(as_told.rows() == expected);

  events.insert(events.end(), events.begin(), events.end());
  std::shuffle(events.begin(), events.end(), std::mt19937{seed});
  Telling shuffled(events, seed);
  shuffled.fold(both(shuffled.runner("one", 50, 40)));
  CHECK(shuffled.commits >= 200);
  CHECK(shuffled.rows() == expected);
  CHECK(shuffled.packed() == as_told.packed());

  Telling fought_over(events, seed + 1);
  fought_over.fold(both(fought_over.runner("one", 50, 60), fought_over.runner("two", 200'000, 60)));
  CHECK(fought_over.rows() == expected);
  CHECK(fought_over.packed() == as_told.packed());
}

}  // namespace trunkline
