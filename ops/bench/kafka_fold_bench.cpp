// The read models from a journal on Kafka into Postgres, with the broker's CPU time in the sum:
//
//   kafka_fold_bench --postgres ADDRESS --kafka HOST:PORT --broker-pid PID [--events N] [--batch-events N]
//
// The lead desk alone, the lead desk by two processes that share the partitions (whose rows must be the
// same), and all models together. The journal is the lead desk's race, carried to Kafka by `journal
// copy`'s own function, whose time is told as well.
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iterator>

#include "core/log/kafka_copy.hpp"
#include "core/log/kafka_log.hpp"
#include "core/log/kafka_topics.hpp"
#include "core/logs.hpp"
#include "ops/bench/desk_story.hpp"
#include "ops/bench/race.hpp"
#include "projections/runner.hpp"

using namespace trunkline;
using namespace trunkline::bench;

namespace {

struct Plan : FoldPlan {
  std::string directory = "/var/tmp/trunkline-desk-bench";
  KafkaSettings kafka;
  int broker = 0;
  std::size_t events = 2'000'000;
};

void print_with_broker(const Plan& plan, const std::string& what, std::size_t events,
                       const std::function<void()>& work) {
  const double before = process_cpu_seconds(plan.broker);
  const Cost cost = measured(plan.postgres, work);
  const double broker = process_cpu_seconds(plan.broker) - before;
  const double all = cost.own_cpu + cost.postgres_cpu + broker;
  print(what.c_str(), events, cost);
  std::printf("%22s broker %.2f CPU-s/million; %.0f events per CPU-second of all three\n", "",
              broker / (static_cast<double>(events) / 1e6), static_cast<double>(events) / all);
  std::fflush(stdout);
}

// So many runners of each model in this process, until the checkpoints say that every partition is folded:
// other processes may have folded some of them.
void fold_from_kafka(const Plan& plan, const std::string& process, const std::vector<Projection>& models) {
  const SystemClock clock;
  const auto log = must(KafkaLog::open(plan.kafka, clock));
  EventFeed feed(*log);
  std::vector<std::jthread> threads;
  for (const Projection& model : models)
    for (std::size_t i = 0; i < plan.members; ++i)
      threads.emplace_back([&, i](const std::stop_token& stop) {
        RunnerSettings settings;
        settings.member = {process + std::to_string(i)};
        settings.batch_bytes_max = plan.batch_mb << 20;
        settings.batch_events_max = plan.batch_events;
        settings.feed = &feed;
        settings.fold.rows_cached_max = plan.rows_cached;
        Runner runner(*log, plan.postgres, model, std::move(settings), nullptr);
        must(runner.run(stop));
      });
  auto session = must(Postgres::connect(plan.postgres));
  std::uint64_t wanted = 0;
  for (const Position& end : log->ends()) wanted += end.next.value() * models.size();
  while (static_cast<std::uint64_t>(
             must(session.run("SELECT coalesce(sum(next_offset), 0)::bigint FROM projections.checkpoints"))
                 .integer(0, 0)) < wanted)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
}

void fold_by_two(const Plan& plan, const std::vector<Projection>& models) {
  const pid_t child = fork();
  fold_from_kafka(plan, child == 0 ? "second-" : "first-", models);
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
}

std::size_t carry_to_kafka(const Plan& plan) {
  const std::string journal = plan.directory + "/race-" + std::to_string(plan.events);
  std::filesystem::create_directories(plan.directory);
  const std::size_t events = make_journal(journal, [&plan](const auto& arrived) {
    tell_race({.events = plan.events, .persons = plan.events * 195 / 2'000}, arrived);
  });
  print_with_broker(plan, "journal copy", events, [&] {
    const SystemClock clock;
    const auto from = open_journal(journal, clock);
    must(create_kafka_topics(plan.kafka, {.partitions = from->partitions()}));
    must(copy_journal_to_kafka(*from, plan.kafka, [](const CopyProgress&) {}));
  });
  return events;
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  CLI::App app("read models from Kafka");
  app.add_option("--postgres", plan.postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--kafka", plan.kafka.servers)->envname("TRUNKLINE_TEST_KAFKA")->required();
  app.add_option("--broker-pid", plan.broker)->envname("TRUNKLINE_TEST_KAFKA_PID")->required();
  app.add_option("--directory", plan.directory);
  app.add_option("--events", plan.events);
  app.add_option("--batch-mb", plan.batch_mb);
  app.add_option("--batch-events", plan.batch_events);
  app.add_option("--rows-cached", plan.rows_cached);
  CLI11_PARSE(app, argc, argv);
  logs::start(logs::Level::warn, logs::Format::logfmt);
  plan.kafka.topic = "bench" + std::to_string(getpid()) + ".journal";
  const std::size_t events = carry_to_kafka(plan);
  const std::vector<Projection> all{projections().begin(), projections().end()};
  std::vector<Projection> desk;
  std::ranges::copy_if(all, std::back_inserter(desk),
                       [](const auto& model) { return model.name == "lead_desk"; });
  empty_tables(plan.postgres, desk);
  print_with_broker(plan, "lead desk", events, [&] { fold_from_kafka(plan, "one-", desk); });
  const Contents by_one = contents_of(plan.postgres, desk);
  empty_tables(plan.postgres, desk);
  print_with_broker(plan, "lead desk, 2 processes", events, [&] { fold_by_two(plan, desk); });
  if (contents_of(plan.postgres, desk) != by_one) give_up("two processes make other rows than one");
  std::printf("%22s the same %llu rows as by one process\n", "",
              static_cast<unsigned long long>(by_one.rows));
  plan.batch_events = std::min(plan.batch_events, server_batch_events());  // what a server keeps in memory
  plan.rows_cached = FoldSettings{}.rows_cached_max;
  empty_tables(plan.postgres, all);
  print_with_broker(plan, "all models", events, [&] { fold_from_kafka(plan, "one-", all); });
  must(delete_kafka_topics(plan.kafka));
  return 0;
}
