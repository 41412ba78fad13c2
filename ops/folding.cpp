#include "ops/folding.hpp"

#include <algorithm>

#include "core/crypto.hpp"
#include "core/logs.hpp"
#include "ops/roles.hpp"
#include "projections/checkpoint.hpp"
#include "projections/runner.hpp"

namespace trunkline {
namespace {

constexpr auto look_every = std::chrono::seconds{2};

// An embedded journal belongs to one process: a server that starts again may take its partitions at once. On
// Kafka others may be at work: every process has a name of its own, and looks often for what they leave.
void name_member(RunnerSettings& runner, const Settings& settings, const JournalId& journal, std::int64_t n) {
  static const std::string process = hex(as_text(random_key())).substr(0, 8);
  runner.member.name = "serve-" + journal.value() + "-" + std::to_string(n);
  if (settings.kafka_servers.empty()) return;
  runner.member.name = "serve-" + process + "-" + std::to_string(n);
  runner.member.ttl = std::chrono::milliseconds{6'000};
  runner.heartbeat = std::chrono::milliseconds{1'000};
}

RunnerSettings runner_settings(const Settings& settings, KeyStore& keys, const JournalId& journal,
                               std::int64_t n) {
  RunnerSettings runner;
  name_member(runner, settings, journal, n);
  runner.batch_events_max = static_cast<std::size_t>(settings.projection_batch_events_max);
  runner.fold.rows_cached_max = static_cast<std::size_t>(settings.rows_cached_max);
  runner.fold.keys = &keys;
  return runner;
}

bool is_kept_up(const Version& version, const Projection& projection) {
  const bool whole = version.state == VersionState::live || version.state == VersionState::built ||
                     version.state == VersionState::former;
  return whole && version.code == projection.version;
}

}  // namespace

Result<std::unique_ptr<Folding>> Folding::start(Log& log, KeyStore& keys, const Settings& settings,
                                                Share share) {
  auto models = parse_read_models(settings.read_models);
  if (!models) return models.error();
  std::unique_ptr<Folding> folding{new Folding(log, keys, settings, std::move(*models))};
  if (auto installed = folding->install_all(); !installed) return installed.error();
  if (share == Share::others) return folding;
  if (auto kept = folding->keep_what_is_there(); !kept) return kept.error();
  folding->supervisor_ =
      std::jthread([self = folding.get()](const std::stop_token& stop) { self->supervise(stop); });
  return folding;
}

Folding::~Folding() {
  stop();
}

Status Folding::install_all() {
  auto session = Postgres::connect(settings_.postgres);
  if (!session) return session.error();
  if (auto installed = install_bookkeeping(*session); !installed) return installed;
  for (const Projection& projection : projections()) {
    const auto live = install_live(*session, projection);
    if (!live) return live.error();
    if (live->code == projection.version) continue;
    outdated_.push_back(rebuild_needed(projection, live->code));
    logs::warn("rebuild_needed", {{"read_model", projection.name},
                                  {"rows_code", live->code},
                                  {"code", projection.version},
                                  {"why", outdated_.back().message}});
  }
  return done();
}

// Runners for every version that is to be kept up, and none for others.
Status Folding::keep_what_is_there() {
  auto session = Postgres::connect(settings_.postgres);
  if (!session) return session.error();
  std::vector<std::pair<Projection, bool>> wanted;
  for (const Projection& projection : models_) {
    const auto versions = read_versions(*session, projection);
    if (!versions) return versions.error();
    for (const Version& version : *versions)
      if (is_kept_up(version, projection))
        wanted.emplace_back(at_version(projection, version.number), version.state == VersionState::live);
  }
  const auto same = [](const Kept& kept, const std::pair<Projection, bool>& each) {
    return kept.projection.name == each.first.name && kept.projection.version == each.first.version &&
           kept.live == each.second;
  };
  // Threads end when what they keep up is taken from the list.
  kept_.remove_if([&](const Kept& kept) {
    return std::none_of(wanted.begin(), wanted.end(), [&](const auto& each) { return same(kept, each); });
  });
  for (const auto& each : wanted)
    if (std::none_of(kept_.begin(), kept_.end(), [&](const Kept& kept) { return same(kept, each); }))
      keep(each.first, each.second);
  return done();
}

void Folding::keep(const Projection& projection, bool live) {
  Kept& kept = kept_.emplace_back(Kept{projection, live, {}});
  for (std::int64_t n = 0; n < settings_.projection_threads; ++n) {
    // Only the live version's progress is what queries wait for.
    RunnerSettings settings = runner_settings(settings_, keys_, log_.id(), n);
    settings.feed = &feed_;
    auto runner = std::make_unique<Runner>(log_, settings_.postgres, kept.projection, std::move(settings),
                                           live ? &progress_ : nullptr);
    kept.threads.emplace_back([runner = std::move(runner), &kept](const std::stop_token& stop) {
      const auto ran = runner->run(stop);
      if (!ran)
        logs::error("read_model_stopped", {{"read_model", kept.projection.name},
                                           {"version", kept.projection.version},
                                           {"code", ran.error().code},
                                           {"why", ran.error().message}});
    });
  }
}

void Folding::look() {
  const std::lock_guard lock(mutex_);
  look_ = true;
  changed_.notify_all();
}

void Folding::supervise(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait_for(lock, stop, look_every, [this] { return look_; });
    if (stop.stop_requested()) return;
    look_ = false;
    lock.unlock();
    if (const auto kept = keep_what_is_there(); !kept)
      logs::warn("versions_unknown", {{"why", kept.error().message}});
    lock.lock();
  }
}

void Folding::stop() {
  supervisor_.request_stop();
  if (supervisor_.joinable()) supervisor_.join();
  for (Kept& kept : kept_)
    for (auto& thread : kept.threads) thread.request_stop();
  log_.wake();
  kept_.clear();
}

}  // namespace trunkline
