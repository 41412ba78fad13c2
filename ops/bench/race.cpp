#include "ops/bench/race.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "core/config.hpp"
#include "projections/install.hpp"
#include "projections/runner.hpp"

namespace trunkline::bench {
namespace {

// Jiffies of one process: its own and, of children that are gone, theirs.
struct Jiffies {
  long own = 0, children = 0;
  int parent = 0;
};

Jiffies jiffies_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return {};  // it has just ended
  std::istringstream rest(line.substr(line.rfind(')') + 2));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  return {std::stol(fields[11]) + std::stol(fields[12]), std::stol(fields[13]) + std::stol(fields[14]),
          std::stoi(fields[1])};
}

}  // namespace

double process_cpu_seconds(int id) {
  if (!std::filesystem::exists("/proc/" + std::to_string(id)))
    give_up("there is no process " + std::to_string(id));
  return static_cast<double>(jiffies_of(id).own) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double cluster_cpu_seconds(const std::string& address) {
  auto session = must(Postgres::connect(address));
  const int postmaster =
      jiffies_of(static_cast<int>(must(session.run("SELECT pg_backend_pid()")).integer(0, 0))).parent;
  const Jiffies root = jiffies_of(postmaster);
  long all = root.own + root.children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const Jiffies process = jiffies_of(std::stoi(name));
    if (process.parent == postmaster) all += process.own + process.children;
  }
  return static_cast<double>(all) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "benchmark: %s\n", why.c_str());
  std::exit(1);
}

Cost measured(const std::string& postgres, const std::function<void()>& work) {
  const double before = cluster_cpu_seconds(postgres);
  const auto started = std::chrono::steady_clock::now();
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    work();
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  if (status != 0) give_up("the measured process failed");
  Cost cost;
  cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  cost.own_cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  cost.postgres_cpu = cluster_cpu_seconds(postgres) - before;
  cost.peak_mb = static_cast<double>(usage.ru_maxrss) / 1024;
  return cost;
}

void print(const char* what, std::size_t events, const Cost& cost) {
  const double millions = static_cast<double>(events) / 1e6;
  std::printf(
      "%-22s %9zu events %7.2f s %9.0f events/s   CPU-s/million: own %.2f, Postgres %.2f, sum %.2f   peak "
      "%.0f MB\n",
      what, events, cost.seconds, static_cast<double>(events) / cost.seconds, cost.own_cpu / millions,
      cost.postgres_cpu / millions, (cost.own_cpu + cost.postgres_cpu) / millions, cost.peak_mb);
}

std::unique_ptr<RocksLog> open_journal(const std::string& directory, const Clock& clock) {
  return must(RocksLog::open({.directory = directory}, clock));
}

std::size_t make_journal(const std::string& directory, const Teller& tell) {
  const std::string done_file = directory + ".events";
  if (!std::filesystem::exists(done_file)) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    const pid_t child = fork();
    if (child == 0) {
      const SystemClock clock;
      auto log = open_journal(directory, clock);
      std::size_t events = 0;
      tell([&](std::vector<Draft> drafts) {
        events += drafts.size();
        must(log->append(std::move(drafts)));
      });
      log.reset();
      std::ofstream(done_file) << events;
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  }
  std::size_t events = 0;
  std::ifstream(done_file) >> events;
  if (events == 0) give_up("the journal was not made: " + directory);
  return events;
}

std::vector<Projection> models_named(const std::vector<std::string>& names) {
  std::vector<Projection> models;
  for (const Projection& model : projections())
    if (std::find(names.begin(), names.end(), model.name) != names.end()) models.push_back(model);
  return models;
}

std::size_t server_batch_events() {
  return static_cast<std::size_t>(Settings{}.projection_batch_events_max);
}

void empty_tables(const std::string& postgres, const std::vector<Projection>& models) {
  auto session = must(Postgres::connect(postgres));
  must(session.script("DROP SCHEMA IF EXISTS projections CASCADE"));
  for (const Projection& model : models)
    must(session.script("DROP SCHEMA IF EXISTS " + rows_schema(model) + " CASCADE"));
  must(session.script("CHECKPOINT"));
  must(install_bookkeeping(session));
  for (const Projection& model : models) must(install(session, model));
}

Contents contents_of(const std::string& postgres, const std::vector<Projection>& models) {
  auto session = must(Postgres::connect(postgres));
  Contents contents;
  for (const Projection& model : models) {
    const auto tables =
        must(session.run("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                         "$1::text::regnamespace ORDER BY 1",
                         Params{}.text(rows_schema(model))));
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const std::string table = rows_schema(model) + "." + std::string{tables.text(i, 0)};
      const auto sum = must(session.run(
          "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM " + table + " t"));
      contents.rows += static_cast<std::uint64_t>(sum.integer(0, 0));
      contents.digest.append(sum.text(0, 1)).append(" ");
    }
  }
  return contents;
}

void fold_journal(const FoldPlan& plan, const std::string& journal, const std::vector<Projection>& models) {
  const SystemClock clock;
  const auto log = open_journal(journal, clock);
  Progress progress;
  EventFeed feed(*log);
  std::vector<std::jthread> threads;
  for (const Projection& model : models) {
    for (std::size_t i = 0; i < plan.members; ++i) {
      threads.emplace_back([&, i](const std::stop_token& stop) {
        RunnerSettings settings;
        settings.member = {"bench-" + std::to_string(i)};
        settings.batch_bytes_max = plan.batch_mb << 20;
        settings.batch_events_max = plan.batch_events;
        settings.feed = &feed;
        settings.fold.rows_cached_max = plan.rows_cached;
        Runner runner(*log, plan.postgres, model, std::move(settings), &progress);
        must(runner.run(stop));
      });
    }
  }
  for (const Position& end : log->ends())
    for (const Projection& model : models)
      if (!progress.wait_until(model.name, end, Deadline::max())) give_up("the projection stopped");
}

}  // namespace trunkline::bench
