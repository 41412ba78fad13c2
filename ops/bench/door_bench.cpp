// POST /v1/events over loopback, acknowledged after fsync: one event a request and batches of 100, about
// known contacts and about new ones, beside the limits of the same run: a static answer of the same server,
// and a bare RocksDB that syncs the same documents with as many writers. Client and server share the
// machine's cores.
//
//   door_bench [--seconds S] [--connections C] [--directory D] [--postgres ADDRESS]
//
// The keys lie in Postgres (a database of its own is expected at ADDRESS, or TRUNKLINE_BENCH_POSTGRES). One
// thread and epoll make the load, so the client costs as little as can be.
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/http_server.hpp"
#include "core/keys_postgres.hpp"
#include "core/log/open_log.hpp"
#include "ingest/events_door.hpp"
#include "ops/bench/http_load.hpp"
#include "ops/bench/race.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using namespace trunkline::bench;
using Steady = std::chrono::steady_clock;

namespace {

struct Plan : Load {
  std::string directory;
  std::string postgres;
};

enum class Contacts { known, fresh };
constexpr int contacts_known = 10'000;

// A call's end as an integrator sends it, some 600 bytes.
std::string event(std::uint64_t number, Contacts contacts) {
  const std::uint64_t person =
      contacts == Contacts::known ? number * 7919 % contacts_known : 1'000'000 + number;
  char text[1'024];
  std::snprintf(
      text, sizeof text,
      R"({"specversion":"1.0","id":"evt-%012llu","source":"/telephony/eu","type":"call.ended","subject":"call-%012llu",)"
      R"("time":"2025-11-13T01:02:03.456Z","data":{"contact":{"phone":"+1415%07llu"},"direction":"outbound",)"
      R"("from":"+14155550199","agent_id":"agent-7","script_id":"script-renewal-3","call_type":"sales",)"
      R"("campaign":"autumn-renewals","duration_ms":61500,"disposition":"reached","outcome":"positive",)"
      R"("conversation_id":"conv-%012llu","summary":"Asked about the price for forty climbers in May and wants an offer."}})",
      static_cast<unsigned long long>(number), static_cast<unsigned long long>(number),
      static_cast<unsigned long long>(person + 2'000'000), static_cast<unsigned long long>(number));
  return text;
}

std::string request(const std::string& target, std::string_view type, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tk\r\nContent-Type: " + std::string{type} +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// As many writers, each putting `batch` documents in a synced write of its own: RocksDB groups them.
double bare_writes_per_second(const Plan& plan, std::size_t batch) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, plan.directory + "/bare" + std::to_string(batch), &opened).ok())
    give_up("RocksDB");
  const std::unique_ptr<rocksdb::DB> database{opened};
  const std::string document = event(1, Contacts::known) + std::string(250, 's');
  std::atomic<std::uint64_t> written{0}, key{0};
  const auto until = Steady::now() + std::chrono::duration_cast<Steady::duration>(
                                         std::chrono::duration<double>(plan.seconds));
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < plan.connections; ++w)
      writers.emplace_back([&] {
        rocksdb::WriteOptions synced;
        synced.sync = true;
        while (Steady::now() < until) {
          rocksdb::WriteBatch writes;
          for (std::size_t i = 0; i < batch; ++i) {
            char name[24];
            std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(key++));
            writes.Put(name, document);
          }
          if (!database->Write(synced, &writes).ok()) give_up("RocksDB does not write");
          written += batch;
        }
      });
  }
  return static_cast<double>(written) / plan.seconds;
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

Plan read_plan(int argc, char** argv) {
  Plan plan;
  plan.directory = std::filesystem::temp_directory_path() / ("door_bench-" + std::to_string(::getpid()));
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--seconds") plan.seconds = std::atof(argv[i + 1]);
    if (name == "--connections") plan.connections = std::atoi(argv[i + 1]);
    if (name == "--directory") plan.directory = argv[i + 1];
    if (name == "--postgres") plan.postgres = argv[i + 1];
  }
  std::filesystem::create_directories(plan.directory);
  return plan;
}

class Bench {
 public:
  explicit Bench(const Plan& plan) : plan_(plan), pool_(plan.postgres, 8) {
    auto log = open_log({LogKind::embedded, plan.directory + "/journal", 16, Compression::lz4}, clock_);
    if (!log) give_up(log.error().message);
    log_ = std::move(*log);
    auto keys = PostgresKeys::open(pool_, random_key(), JournalState::empty);
    if (!keys) give_up(keys.error().message);
    keys_ = std::move(*keys);
    gate_.emplace(Gate{catalogue_, *keys_, clock_, [](const TenantId&) { return true; }});
    door_.emplace(*gate_, *log_, DoorLimits{});
    http::Routes routes;
    routes.get("/static", http::Scope::open, [](http::Request&) { return http::json(std::string(44, '1')); });
    add_routes(routes, *door_);
    server_.emplace(
        http::ServerSettings{}, std::move(routes),
        [](std::string_view) {
          return http::Caller{TenantId{"acme"}, "k", ~0u};
        },
        nullptr);
    if (const auto started = server_->start(); !started) give_up(started.error().message);
  }

  void run() {
    const double still =
        load(server_->port(), plan_, [] { return "GET /static HTTP/1.1\r\nHost: x\r\n\r\n"; }).per_second();
    std::printf("%d connections, %.0f s each; a static answer %.0f/s\n", plan_.connections, plan_.seconds,
                still);
    for (const std::size_t batch : {std::size_t{1}, std::size_t{100}}) {
      const double bare = bare_writes_per_second(plan_, batch);
      std::printf("bare RocksDB, synced, batches of %zu: %.0f/s\n", batch, bare);
      if (batch == 1) show("warming known contacts", 100, Contacts::known, bare, still);
      show("known contacts", batch, Contacts::known, bare, still);
      show("new contacts", batch, Contacts::fresh, bare, still);
    }
  }

 private:
  void show(const char* what, std::size_t batch, Contacts contacts, double bare, double still) {
    const double cpu_before = cpu_seconds();
    std::string text;
    const auto outcome = load(server_->port(), plan_, [&]() -> std::string_view {
      if (batch == 1)
        return text = request("/v1/events", "application/cloudevents+json", event(number_++, contacts));
      std::string body = "[";
      for (std::size_t i = 0; i < batch; ++i) body += (i == 0 ? "" : ",") + event(number_++, contacts);
      return text = request("/v1/events", "application/cloudevents-batch+json", body + "]");
    });
    const double events = outcome.per_second() * static_cast<double>(batch);
    const double cpu_us = (cpu_seconds() - cpu_before) * 1e6 / (events * plan_.seconds);
    std::printf(
        "%3zu a request, %-24s %8.0f events/s  %3.0f %% of bare  %3.0f %% of static  p50 %.1f p99 %.1f ms  "
        "%.1f "
        "CPU us an event, client included\n",
        batch, what, events, 100 * events / bare, 100 * outcome.per_second() / still, outcome.p50_ms,
        outcome.p99_ms, cpu_us);
    std::fflush(stdout);
  }

  const Plan& plan_;
  SystemClock clock_;
  PostgresPool pool_;
  Catalogue catalogue_ = std::move(*Catalogue::load());
  std::unique_ptr<Log> log_;
  std::unique_ptr<PostgresKeys> keys_;
  std::optional<Gate> gate_;
  std::optional<EventsDoor> door_;
  std::optional<http::Server> server_;
  std::uint64_t number_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Plan plan = read_plan(argc, argv);
  std::optional<trunkline::testing::TestDatabase> database;
  if (plan.postgres.empty()) {
    if (!trunkline::testing::TestDatabase::available())
      give_up("--postgres or TRUNKLINE_TEST_POSTGRES: for the keys");
    plan.postgres = database.emplace().address();
  }
  Bench(plan).run();
  std::filesystem::remove_all(plan.directory);
}
