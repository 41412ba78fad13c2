#include "ops/folding.hpp"

#include "core/logs.hpp"
#include "projections/checkpoint.hpp"
#include "projections/runner.hpp"
#include "projections/versions.hpp"

namespace trunkline {
namespace {

Status install_all(const std::string& postgres) {
  auto session = Postgres::connect(postgres);
  if (!session) return session.error();
  if (auto installed = install_bookkeeping(*session); !installed) return installed;
  for (const Projection& projection : projections())
    if (auto live = install_live(*session, projection); !live) return live.error();
  return done();
}

RunnerSettings runner_settings(const Settings& settings, KeyStore& keys, const JournalId& journal,
                               std::int64_t n) {
  RunnerSettings runner;
  // The journal belongs to one process: a server that starts again may take its partitions at once.
  runner.member.name = "serve-" + journal.value() + "-" + std::to_string(n);
  runner.batch_events_max = static_cast<std::size_t>(settings.projection_batch_events_max);
  runner.fold.rows_cached_max = static_cast<std::size_t>(settings.rows_cached_max);
  runner.fold.keys = &keys;
  return runner;
}

}  // namespace

Result<std::unique_ptr<Folding>> Folding::start(Log& log, KeyStore& keys, const Settings& settings) {
  if (const auto installed = install_all(settings.postgres); !installed) return installed.error();
  std::unique_ptr<Folding> folding{new Folding(log)};
  for (const Projection& projection : projections()) {
    for (std::int64_t n = 0; n < settings.projection_threads; ++n) {
      auto runner =
          std::make_unique<Runner>(log, settings.postgres, projection,
                                   runner_settings(settings, keys, log.id(), n), &folding->progress_);
      folding->threads_.emplace_back([runner = std::move(runner), &projection](const std::stop_token& stop) {
        const auto ran = runner->run(stop);
        if (!ran)
          logs::error(
              "read_model_stopped",
              {{"read_model", projection.name}, {"code", ran.error().code}, {"why", ran.error().message}});
      });
    }
  }
  return folding;
}

Folding::~Folding() {
  stop();
}

void Folding::stop() {
  for (auto& thread : threads_) thread.request_stop();
  log_.wake();
  threads_.clear();
}

}  // namespace trunkline
