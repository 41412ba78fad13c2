// The three read models of every dashboard together from an existing journal into Postgres, each by its own
// runner:
//
//   models_bench --postgres ADDRESS [--events N] [--batch-events N …] [--rows-cached N] [--only MODEL …]
//   [--story close|time|spread …]
//
// once with a person's events close together, once as they happen, and once spread over the whole history,
// where nearly every batch fetches and rewrites what earlier ones wrote (office_story.hpp). Small batches are
// what a live projection makes, large ones a catch-up.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "core/logs.hpp"
#include "ops/bench/office_story.hpp"
#include "ops/bench/race.hpp"

using namespace trunkline;
using namespace trunkline::bench;

int main(int argc, char** argv) {
  FoldPlan plan;
  plan.rows_cached = FoldSettings{}.rows_cached_max;  // as the server has it
  std::string directory = "/var/tmp/trunkline-models-bench";
  std::size_t events = 2'000'000;
  std::vector<std::size_t> batches{server_batch_events()};
  std::vector<std::string> only{"leads", "analytics", "conversion"}, stories{"close", "time", "spread"};
  CLI::App app("all read models");
  app.add_option("--postgres", plan.postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--directory", directory);
  app.add_option("--events", events);
  app.add_option("--batch-events", batches);
  app.add_option("--rows-cached", plan.rows_cached);
  app.add_option("--only", only);
  app.add_option("--story", stories)->check(CLI::IsMember({"close", "time", "spread"}));
  CLI11_PARSE(app, argc, argv);
  logs::start(logs::Level::warn, logs::Format::logfmt);
  std::filesystem::create_directories(directory);

  const std::vector<Projection> models = models_named(only);
  std::string names;
  for (const Projection& model : models) names += " " + std::string{model.name};
  std::printf("%s together\n", names.c_str());

  for (const std::string& story : stories) {
    const std::string journal = directory + "/office-" + story + "-" + std::to_string(events);
    const std::size_t told = make_journal(journal, [&](const auto& arrived) {
      tell_office({.events = events, .arrival = *arrival_named(story)}, arrived);
    });
    for (const std::size_t batch : batches) {
      plan.batch_events = batch;
      empty_tables(plan.postgres, models);
      const std::string what = story + ", batches of " + std::to_string(batch);
      print(what.c_str(), told, measured(plan.postgres, [&] { fold_journal(plan, journal, models); }));
    }
  }
  return 0;
}
