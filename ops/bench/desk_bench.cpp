// The lead desk from an existing journal into Postgres, beside a bare loop of the same.
//
//   desk_bench --postgres ADDRESS [--directory D] [--events N] [--thread N] [--batch-mb N] [--members N]
//
// Makes the journals once (desk_story.hpp), then folds each into empty tables in a process of its own, whose
// CPU time and peak memory are its own; Postgres' CPU time is read from /proc over the cluster's processes,
// so nobody else should be using it. The bare loop parses the same records, keeps everything in memory and
// COPYs the final rows: no checkpoint, no fence, no restart. Its rows and the desk's must be equal.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>

#include "core/log/rocks_log.hpp"
#include "core/logs.hpp"
#include "ops/bench/desk_story.hpp"
#include "projections/install.hpp"
#include "projections/lead_desk/batch_facts.hpp"
#include "projections/lead_desk/fold.hpp"
#include "projections/runner.hpp"

using namespace trunkline;
using namespace trunkline::desk;

namespace {

struct Plan {
  std::string postgres, directory = "/var/tmp/trunkline-desk-bench";
  std::size_t events = 2'000'000, thread = 100'000, batch_mb = 256, members = 1, rows_cached = 100'000;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "desk_bench: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().code + ": " + result.error().message);
  return std::move(*result);
}

// Jiffies of one process: its own and, of children that are gone, theirs.
struct Jiffies {
  long own = 0, children = 0;
  int parent = 0;
};

Jiffies jiffies_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  if (line.empty()) return {};
  std::istringstream rest(line.substr(line.rfind(')') + 2));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  return {std::stol(fields[11]) + std::stol(fields[12]), std::stol(fields[13]) + std::stol(fields[14]),
          std::stoi(fields[1])};
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

struct Cost {
  double seconds = 0, own_cpu = 0, postgres_cpu = 0, peak_mb = 0;
};

// Runs the work in a process of its own.
Cost measured(const Plan& plan, const std::function<void()>& work) {
  const double before = cluster_cpu_seconds(plan.postgres);
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
  cost.postgres_cpu = cluster_cpu_seconds(plan.postgres) - before;
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

using Teller = std::function<void(const std::function<void(std::vector<Draft>)>&)>;

// In a process of its own, so that nothing of it stays in memory. The number of events is written beside it.
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

void empty_tables(const Plan& plan) {
  auto session = must(Postgres::connect(plan.postgres));
  must(session.script(
      "DROP SCHEMA IF EXISTS lead_desk_v1 CASCADE; DROP SCHEMA IF EXISTS projections CASCADE; CHECKPOINT"));
  must(install_bookkeeping(session));
  must(install(session, desk::lead_desk));
}

void fold_with_runner(const Plan& plan, const std::string& directory) {
  const SystemClock clock;
  const auto log = open_journal(directory, clock);
  Progress progress;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < plan.members; ++i) {
    threads.emplace_back([&, i](const std::stop_token& stop) {
      RunnerSettings settings;
      settings.member = {"bench-" + std::to_string(i)};
      settings.batch_bytes_max = plan.batch_mb << 20;
      settings.fold.rows_cached_max = plan.rows_cached;
      Runner runner(*log, plan.postgres, desk::lead_desk, std::move(settings), &progress);
      must(runner.run(stop));
    });
  }
  for (const Position& end : log->ends())
    if (!progress.wait_until("lead_desk", end, Deadline::max())) give_up("the projection stopped");
}

void copy_rows(Transaction& transaction, const WriteSet& writes) {
  for (const TableWrite& write : writes) {
    std::string columns;
    for (const auto name : write.columns) columns += (columns.empty() ? "" : ", ") + std::string{name};
    must(transaction.copy_in(std::string{write.table} + " (" + columns + ")", write.tuples));
  }
}

void bare_loop(const Plan& plan, const std::string& directory) {
  const SystemClock clock;
  const auto log = open_journal(directory, clock);
  auto session = must(Postgres::connect(plan.postgres));
  must(session.script("DROP SCHEMA IF EXISTS bare CASCADE"));
  must(install_tables(session, desk::lead_desk, "bare"));
  must(use_schema(session, "bare"));
  json::Parser parser;
  BatchFacts all;
  for (Position at : log->ends()) {
    const Offset end = at.next;
    at.next = Offset{0};
    while (at.next < end) {
      const RecordBatch records = must(log->read(at, 4 << 20));
      for (std::size_t i = 0; i < records.size(); ++i) {
        const auto event = must(view_event(parser, records[i].document));
        if (const auto fact = must(fact_of(event))) all.add(event.tenant, event.first_contact(), *fact);
      }
      at.next = at.next + records.size();
    }
  }
  WriteSet writes{{TableWrite::Kind::replace, LeadRow::table, column_names<LeadRow>(), 2, {}, 0}};
  DeskSums sums;
  Facts stated, facts;
  for (const auto& contact : all.contacts()) {
    all.facts_of(contact, stated);
    unite({}, stated, facts,
          [&](const Fact*, const Fact& now) { count_fact(sums, contact.tenant, now, Count::in); });
    count_attribution(sums, contact.tenant, facts, Count::in);
    LeadRow row;
    row.tenant = contact.tenant;
    row.contact = contact.token;
    set_columns(row, facts, {});
    row.facts = pack(facts.data(), facts.data() + facts.size());
    encode_row(writes[0].tuples, row);
  }
  sums.agent_day.take(writes);
  sums.channel_hour.take(writes);
  sums.attribution.take(writes);
  auto transaction = must(Transaction::begin(session, Transaction::Kind::asynchronous));
  copy_rows(transaction, writes);
  must(transaction.commit());
}

void compare(const Plan& plan) {
  auto session = must(Postgres::connect(plan.postgres));
  for (const std::string table : {"leads", "agent_day", "channel_hour", "attribution"}) {
    const auto differing = must(session.run(
        "SELECT (SELECT count(*) FROM (SELECT * FROM lead_desk_v1." + table + " EXCEPT SELECT * FROM bare." +
        table + ") a) + (SELECT count(*) FROM (SELECT * FROM bare." + table +
        " EXCEPT SELECT * FROM lead_desk_v1." + table + ") b), (SELECT count(*) FROM bare." + table + ")"));
    if (differing.integer(0, 0) != 0) give_up("the rows of " + table + " differ from the bare loop's");
    std::printf("  %s: %s rows, equal\n", table.c_str(), std::string{differing.text(0, 1)}.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  CLI::App app("the lead desk's race");
  app.add_option("--postgres", plan.postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--directory", plan.directory);
  app.add_option("--events", plan.events);
  app.add_option("--thread", plan.thread);
  app.add_option("--batch-mb", plan.batch_mb);
  app.add_option("--members", plan.members);
  app.add_option("--rows-cached", plan.rows_cached);
  CLI11_PARSE(app, argc, argv);
  logs::start(logs::Level::warn, logs::Format::logfmt);
  std::filesystem::create_directories(plan.directory);
  const std::string race = plan.directory + "/race-" + std::to_string(plan.events);
  const std::string thread = plan.directory + "/thread-" + std::to_string(plan.thread);
  const std::size_t race_events = make_journal(race, [&plan](const auto& arrived) {
    bench::tell_race({.events = plan.events, .persons = plan.events * 195 / 2'000}, arrived);
  });
  const std::size_t thread_events =
      make_journal(thread, [&plan](const auto& arrived) { bench::tell_long_thread(plan.thread, arrived); });
  print("bare loop", race_events, measured(plan, [&] { bare_loop(plan, race); }));
  empty_tables(plan);
  print("lead desk", race_events, measured(plan, [&] { fold_with_runner(plan, race); }));
  compare(plan);
  empty_tables(plan);
  print("one long thread", thread_events, measured(plan, [&] { fold_with_runner(plan, thread); }));
  return 0;
}
