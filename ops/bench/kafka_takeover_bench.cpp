// How long a partition stands still when the process that folds it goes: from kill -9, and from SIGTERM,
// until the other process has each of its partitions, and until that one's first commit there, with every
// read model kept up and events coming in (to each partition some times a second).
//
//   kafka_takeover_bench --postgres ADDRESS --kafka HOST:PORT --broker-pid PID --binary TRUNKLINE [--rounds
//   N]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>
#include <set>

#include "core/logs.hpp"
#include "core/postgres.hpp"
#include "ops/bench/open_loop.hpp"
#include "ops/bench/race.hpp"
#include "ops/bench/serving.hpp"

using namespace trunkline;
using namespace trunkline::bench;

namespace {

constexpr std::size_t tenants = 40;
constexpr auto look_every = std::chrono::milliseconds{2};
constexpr auto patience = std::chrono::seconds{60};

using Place = std::pair<std::string, std::int64_t>;  // read model, partition

struct Fold {
  std::string process;  // "serve-9f0c21ab-1" is the second thread of 9f0c21ab
  std::int64_t epoch = 0, next = 0;
};

std::map<Place, Fold> read_folds(Postgres& session) {
  const auto rows = must(session.run(
      "SELECT l.projection, l.partition, coalesce(split_part(l.owner, '-', 2), ''), l.epoch, c.next_offset"
      " FROM projections.leases l JOIN projections.checkpoints c USING (projection, version, partition)"));
  std::map<Place, Fold> folds;
  for (std::size_t i = 0; i < rows.size(); ++i)
    folds[{std::string{rows.text(i, 0)}, rows.integer(i, 1)}] = {std::string{rows.text(i, 2)},
                                                                 rows.integer(i, 3), rows.integer(i, 4)};
  return folds;
}

class Bench {
 public:
  explicit Bench(const ServingPlan& plan) : serving_(plan, tenants), session_(connect()) {
    front_ = serving_.start("ingest,commands,query").url;
    sender_ = std::jthread([this](const std::stop_token& stop) { keep_sending(stop); });
    for (int i = 0; i < 2; ++i) start_projector();
  }

  void round(const char* what, int signal) {
    Projector victim = projectors_.front();
    projectors_.erase(projectors_.begin());
    const auto before = read_folds(session_);
    const auto started = Steady::now();
    ::kill(victim.process->id, signal);
    std::map<Place, Fold> left;
    for (const auto& [place, fold] : before)
      if (fold.process == victim.name && is_fed(place.second)) left.emplace(place, fold);
    const std::size_t places = left.size();
    std::set<Place> waiting;
    for (const auto& [place, fold] : left) waiting.insert(place);
    Milliseconds taken, committed;
    while (!left.empty()) {
      const auto folds = read_folds(session_);
      const double waited = std::chrono::duration<double, std::milli>(Steady::now() - started).count();
      for (const auto& [place, now] : folds) {
        const auto was = left.find(place);
        if (was == left.end() || now.epoch == was->second.epoch) continue;
        if (waiting.erase(place) > 0) taken.all.push_back(waited);
        if (now.next <= was->second.next) continue;
        committed.all.push_back(waited);
        left.erase(was);
      }
      if (Steady::now() - started > patience) give_up("nobody takes the partitions over");
      std::this_thread::sleep_for(look_every);
    }
    std::printf(
        "%-8s %3zu partitions of all models: another process has them after p50 %.0f ms, the last after %.0f "
        "ms; its first commit after p50 %.0f ms, the last after %.0f ms\n",
        what, places, taken.share(0.5), taken.share(1), committed.share(0.5), committed.share(1));
    std::fflush(stdout);
    serving_.end(*victim.process, signal);
    start_projector();
  }

 private:
  struct Projector {
    Serving::Process* process;
    std::string name;
  };

  Postgres connect() { return must(Postgres::connect(serving_.postgres())); }

  void keep_sending(const std::stop_token& stop) {
    const Send send = over_http(front_, serving_.key())();
    const Beat beat{.tenants = tenants};
    for (std::uint64_t number = 0; !stop.stop_requested(); ++number) {
      (void)send(make_batch(beat, number));
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

  static bool is_fed(std::int64_t partition) {
    for (std::size_t i = 0; i < tenants; ++i)
      if (partition_of(TenantId{"tenant-" + std::to_string(i)}, default_partitions).value() == partition)
        return true;
    return false;
  }

  // Until it has its share of every model.
  void start_projector() {
    Projector fresh{&serving_.start("projections"), ""};
    std::map<std::string, std::set<std::string>> owners;
    const auto settled = [&] {
      owners.clear();
      for (const auto& [place, fold] : read_folds(session_)) owners[place.first].insert(fold.process);
      return !owners.empty() && std::ranges::all_of(owners, [&](const auto& model) {
        return model.second.size() == projectors_.size() + 1 && !model.second.contains("");
      });
    };
    while (!settled()) std::this_thread::sleep_for(std::chrono::milliseconds{50});
    for (const std::string& name : owners.begin()->second)
      if (std::ranges::find(projectors_, name, &Projector::name) == projectors_.end()) fresh.name = name;
    projectors_.push_back(fresh);
  }

  Serving serving_;
  Postgres session_;
  std::string front_;
  std::vector<Projector> projectors_;
  std::jthread sender_;
};

}  // namespace

int main(int argc, char** argv) {
  ServingPlan plan;
  std::string postgres;
  int rounds = 3;
  CLI::App app("takeover on Kafka");
  app.add_option("--postgres", postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--kafka", plan.kafka)->envname("TRUNKLINE_TEST_KAFKA")->required();
  app.add_option("--broker-pid", plan.broker)->envname("TRUNKLINE_TEST_KAFKA_PID")->required();
  app.add_option("--binary", plan.binary)->envname("TRUNKLINE_BINARY")->required();
  app.add_option("--rounds", rounds);
  CLI11_PARSE(app, argc, argv);
  ::setenv("TRUNKLINE_TEST_POSTGRES", postgres.c_str(), 1);
  logs::start(logs::Level::warn, logs::Format::logfmt);
  Bench bench(plan);
  for (const auto& [what, signal] : {std::pair{"kill -9", SIGKILL}, std::pair{"SIGTERM", SIGTERM}})
    for (int i = 0; i < rounds; ++i) bench.round(what, signal);
  return 0;
}
