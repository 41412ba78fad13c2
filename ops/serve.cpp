#include "ops/serve.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdio>

#include "commands/erase_route.hpp"
#include "core/access.hpp"
#include "core/http_server.hpp"
#include "core/keys_postgres.hpp"
#include "core/log/open_log.hpp"
#include "core/logs.hpp"
#include "core/postgres.hpp"
#include "ingest/events_door.hpp"
#include "ops/bridging.hpp"
#include "ops/data_directory.hpp"
#include "ops/deadletters.hpp"
#include "ops/folding.hpp"
#include "ops/history.hpp"
#include "ops/journal.hpp"
#include "ops/rebuild_job.hpp"
#include "ops/roles.hpp"
#include "ops/verify_job.hpp"
#include "projections/query.hpp"

namespace trunkline {
namespace {

http::ServerSettings server_settings(const Settings& settings) {
  http::ServerSettings server;
  server.host = settings.host;
  server.port = static_cast<int>(settings.port);
  server.connections_max = static_cast<std::size_t>(settings.connections_max);
  server.streams_max = std::max<std::size_t>(1, server.connections_max / 4);
  server.idle_timeout_ms = static_cast<int>(settings.idle_timeout_ms);
  server.body_timeout_ms = static_cast<int>(settings.body_timeout_ms);
  return server;
}

DoorLimits door_limits(const Settings& settings) {
  DoorLimits limits;
  limits.batch_bytes_max = static_cast<std::size_t>(settings.batch_bytes_max);
  limits.chunk.events_max = static_cast<std::size_t>(settings.chunk_events_max);
  return limits;
}

void add_health_routes(http::Routes& routes, const History* history) {
  routes.get("/healthz", http::Scope::open, [](http::Request&) { return http::json("{\"status\":\"ok\"}"); });
  // What is local to the process has to catch up first; read models in Postgres are shared.
  routes.get("/readyz", http::Scope::open, [history](http::Request&) {
    return history == nullptr || history->ready()
               ? http::json("{\"status\":\"ready\"}")
               : http::problem(try_again("catching_up", "the history's index is being built"));
  });
}

void log_served(const http::Served& served) {
  if (served.status < 500 && !logs::enabled(logs::Level::debug)) return;
  const logs::Fields fields = {{"route", served.route},
                               {"method", served.method},
                               {"status", served.status},
                               {"key", served.key_id},
                               {"micros", served.micros}};
  served.status < 500 ? logs::debug("served", fields) : logs::error("served", fields);
}

}  // namespace

struct Serving::Parts {
  explicit Parts(const Settings& s) : settings(s) {}

  const Settings settings;
  SystemClock clock;
  std::unique_ptr<Log> log;
  std::unique_ptr<PostgresPool> pool;
  std::optional<OthersProgress> others;
  std::unique_ptr<PostgresKeys> keys;
  std::unique_ptr<AccessFile> access;
  std::optional<Catalogue> catalogue;
  std::optional<Gate> gate;
  std::unique_ptr<EventsDoor> door;
  Roles roles;
  std::unique_ptr<Bridging> bridging;  // on Kafka only
  std::unique_ptr<Folding> folding;
  std::unique_ptr<History> history;
  std::unique_ptr<RebuildJobs> rebuilds;
  QueryMemory query_memory;
  std::optional<QueryContext> queries;
  std::unique_ptr<Erasing> erasing;
  std::unique_ptr<http::Server> server;
  std::jthread erasures;  // last: it uses the keys

  bool on_kafka() const { return !settings.kafka_servers.empty(); }
  Status choose_roles();
  Status open_stores();
  Status open_doors();
  Status open_history();
  Status open_bridge();
  Status start_server();
  void watch_erasures();
};

Status Serving::Parts::choose_roles() {
  const auto chosen = parse_roles(settings.roles);
  if (!chosen) return chosen.error();
  roles = *chosen;
  if (!on_kafka() && !roles.all())
    return must_stop("config",
                     "roles: an embedded journal belongs to one process, which then does everything");
  return done();
}

Status Serving::Parts::open_stores() {
  const DataDirectory directory{settings.data_dir};
  if (auto made = directory.make(); !made) return made;
  const auto journal = journal_settings(settings);
  if (!journal) return journal.error();
  auto opened = open_log(*journal, clock);
  if (!opened) return opened.error();
  log = std::move(*opened);
  const auto state = records_in(*log) == 0 ? JournalState::empty : JournalState::holds_events;
  const auto master = open_master_key(directory.master_key(), state);
  if (!master) return master.error();
  pool = std::make_unique<PostgresPool>(settings.postgres,
                                        static_cast<std::size_t>(settings.postgres_sessions_max));
  others.emplace(*pool);
  auto store = PostgresKeys::open(*pool, *master, state, static_cast<std::size_t>(settings.keys_cached_max));
  if (!store) return store.error();
  keys = std::move(*store);
  auto file = AccessFile::open(directory.access().string(), *master);
  if (!file) return file.error();
  access = std::move(*file);
  return done();
}

Status Serving::Parts::open_doors() {
  auto loaded = Catalogue::load();
  if (!loaded) return loaded.error();
  catalogue.emplace(std::move(*loaded));
  gate.emplace(
      Gate{*catalogue, *keys, clock, [this](const TenantId& tenant) { return access->knows(tenant); }});
  door = std::make_unique<EventsDoor>(*gate, *log, door_limits(settings));
  auto started = Folding::start(*log, *keys, settings,
                                roles.projections ? Folding::Share::ours : Folding::Share::others);
  if (!started) return started.error();
  folding = std::move(*started);
  if (const auto opened = open_history(); !opened) return opened;
  if (const auto opened = open_bridge(); !opened) return opened;
  erasing = std::make_unique<Erasing>(*keys, *log, clock, [this](Position wanted, Deadline deadline) {
    return wait_until_folded({*pool, *log, clock, *keys, folding->progress(), *others}, "leads", wanted,
                             deadline);
  });
  return roles.commands ? erasing->relay_pending() : done();
}

// An index of the process's own, for who answers.
Status Serving::Parts::open_history() {
  if (!roles.query) return done();
  auto opened = History::open(DataDirectory{settings.data_dir}.history_index().string(), *log, clock, *keys);
  if (!opened) return opened.error();
  history = std::move(*opened);
  history->keep_up();
  return done();
}

Status Serving::Parts::open_bridge() {
  if (!on_kafka()) return done();
  watch_erasures();
  const auto kafka = kafka_settings(settings);
  if (!kafka) return kafka.error();
  auto opened = Bridging::open(*kafka, *keys, *gate);
  if (!opened) return opened.error();
  bridging = std::move(*opened);
  return roles.ingest ? bridging->start(*kafka, *gate, *log) : done();
}

// Other processes erase as well: what they destroy must not stay open here.
void Serving::Parts::watch_erasures() {
  erasures = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      if (const auto looked = keys->forget_what_others_erased(); !looked)
        logs::warn("erasures_unknown", {{"code", looked.error().code}, {"reason", looked.error().message}});
      stopped.wait_for(lock, stop, std::chrono::seconds{1}, [] { return false; });
    }
  });
}

Status Serving::Parts::start_server() {
  http::Routes routes;
  add_health_routes(routes, history.get());
  if (roles.ingest) add_routes(routes, *door);
  add_routes(routes, *catalogue);
  if (roles.query) {
    add_verify_route(routes, *log, settings.postgres,
                     {static_cast<std::size_t>(settings.rows_cached_max), keys.get()});
    queries.emplace(QueryContext{*pool, *log, clock, *keys, folding->progress(), *others,
                                 &history->context().index, &query_memory});
    add_query_routes(routes, *queries);
    history->add_routes(routes);
    rebuilds = std::make_unique<RebuildJobs>(
        *log, settings.postgres, FoldSettings{static_cast<std::size_t>(settings.rows_cached_max), keys.get()},
        [this] { folding->look(); });
    add_rebuild_routes(routes, *rebuilds);
    add_deadletter_routes(routes, {*log, *keys, *gate, bridging ? &bridging->letters() : nullptr});
  }
  if (roles.commands) add_erase_route(routes, *erasing);
  server = std::make_unique<http::Server>(
      server_settings(settings), std::move(routes),
      [this](std::string_view bearer) { return access->caller(bearer); }, log_served);
  return server->start();
}

Serving::Serving(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Serving::~Serving() {
  parts_->server->stop();
  parts_->rebuilds.reset();
  if (parts_->bridging) parts_->bridging->stop();
  parts_->folding->stop();
}

Result<std::unique_ptr<Serving>> Serving::start(const Settings& settings) {
  auto parts = std::make_unique<Parts>(settings);
  if (const auto chosen = parts->choose_roles(); !chosen) return chosen.error();
  if (const auto opened = parts->open_stores(); !opened) return opened.error();
  if (const auto opened = parts->open_doors(); !opened) return opened.error();
  if (const auto started = parts->start_server(); !started) return started.error();
  return std::unique_ptr<Serving>{new Serving(std::move(parts))};
}

int Serving::port() const {
  return parts_->server->port();
}

const std::vector<Error>& Serving::outdated() const {
  return parts_->folding->outdated();
}

Status serve_until_signal(const Settings& settings) {
  logs::start(logs::parse_level(settings.log_level),
              settings.log_format == "json" ? logs::Format::json : logs::Format::logfmt);
  // Blocked before any thread is started, so that only this one hears them.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  auto serving = Serving::start(settings);
  if (!serving) return serving.error();
  std::printf("Trunkline answers at http://%s:%d\n", settings.host.c_str(), (*serving)->port());
  for (const Error& outdated : (*serving)->outdated())
    std::printf("Not served until then: %s\n", outdated.message.c_str());
  std::fflush(stdout);
  logs::info("serving", {{"host", settings.host}, {"port", (*serving)->port()}});
  int signal = 0;
  sigwait(&ending, &signal);
  logs::info("stopping", {{"signal", signal}});
  serving->reset();
  logs::info("stopped");
  return done();
}

}  // namespace trunkline
