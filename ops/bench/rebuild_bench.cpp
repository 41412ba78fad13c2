// `rebuild` of several read models at once from an existing journal, in sizes that show how it grows:
//
//   rebuild_bench --postgres ADDRESS [--events N …] [--story close|time|spread|thread] [--only MODEL …]
//   [--verify]
//
// The stories are those of models_bench; thread is one contact's messages. What is measured is a
// process of its own that builds each model's next version and switches to it; --verify builds them once more
// and compares row for row with what was built before. The rebuilt rows lie in a database of the benchmark's
// own.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <thread>

#include "core/logs.hpp"
#include "ops/bench/desk_story.hpp"
#include "ops/bench/office_story.hpp"
#include "ops/bench/race.hpp"
#include "projections/install.hpp"
#include "projections/rebuild.hpp"
#include "projections/versions.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using namespace trunkline::bench;

namespace {

struct Plan {
  std::string postgres, directory = "/var/tmp/trunkline-rebuild-bench";
  std::vector<std::size_t> events{100'000, 1'000'000};
  std::string story = "time";
  std::vector<std::string> only{"leads", "analytics", "conversion"};
  std::size_t threads = RebuildSettings{}.threads, batch_events = RebuildSettings{}.batch_events_max,
              rows_cached = FoldSettings{}.rows_cached_max;
  bool verifying = false;
};

void rebuild_all(const Plan& plan, const std::string& postgres, const std::string& journal,
                 const std::vector<Projection>& models, Comparing comparing) {
  const SystemClock clock;
  const auto log = open_journal(journal, clock);
  EventFeed feed(*log);
  std::vector<std::jthread> threads;
  for (const Projection& model : models)
    threads.emplace_back([&](const std::stop_token& stop) {
      RebuildSettings settings;
      settings.postgres = postgres;
      settings.threads = plan.threads;
      settings.batch_events_max = plan.batch_events;
      settings.fold.rows_cached_max = plan.rows_cached;
      settings.comparing = comparing;
      settings.feed = &feed;
      const RebuildReport report = must(rebuild(*log, model, settings, stop));
      for (const Difference& each : report.differences)
        std::printf("%s %s %s: %s, now %s\n", each.table.c_str(), each.key.c_str(), each.column.c_str(),
                    each.stored.c_str(), each.counted.c_str());
      std::printf("  %-12s version %d, %.1f s%s\n", std::string{model.name}.c_str(), report.version,
                  report.seconds,
                  comparing == Comparing::no ? ""
                  : report.switched          ? ", row for row the same"
                                             : ", IT DIFFERS");
    });
  for (std::jthread& each : threads) each.join();  // or its end asks it to stop
}

void run(const Plan& plan, std::size_t events, const std::vector<Projection>& models) {
  const auto arrival = arrival_named(plan.story);
  const std::string journal = plan.directory + "/office-" + plan.story + "-" + std::to_string(events);
  const std::size_t told = make_journal(journal, [&](const auto& arrived) {
    if (!arrival) return tell_long_thread(events, arrived);
    tell_office({.events = events, .arrival = *arrival}, arrived);
  });
  const testing::TestDatabase database;
  {
    auto session = must(Postgres::connect(database.address()));
    must(install_bookkeeping(session));
    for (const Projection& model : models) must(install_live(session, model));
  }
  const auto measure = [&](const std::string& what, Comparing comparing) {
    const Cost cost = measured(database.address(),
                               [&] { rebuild_all(plan, database.address(), journal, models, comparing); });
    print(what.c_str(), told, cost);
    std::fflush(stdout);
  };
  measure("rebuild, " + plan.story, Comparing::no);
  if (plan.verifying) measure("again, compared", Comparing::yes);
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  CLI::App app("rebuild of read models");
  app.add_option("--postgres", plan.postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--directory", plan.directory);
  app.add_option("--events", plan.events);
  app.add_option("--story", plan.story)->check(CLI::IsMember({"close", "time", "spread", "thread"}));
  app.add_option("--only", plan.only);
  app.add_option("--threads", plan.threads);
  app.add_option("--batch-events", plan.batch_events);
  app.add_option("--rows-cached", plan.rows_cached);
  app.add_flag("--verify", plan.verifying);
  CLI11_PARSE(app, argc, argv);
  ::setenv("TRUNKLINE_TEST_POSTGRES", plan.postgres.c_str(), 1);
  logs::start(logs::Level::warn, logs::Format::logfmt);
  std::filesystem::create_directories(plan.directory);
  const std::vector<Projection> models = models_named(plan.only);
  for (const std::size_t events : plan.events) run(plan, events, models);
  return 0;
}
