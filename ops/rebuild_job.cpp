#include "ops/rebuild_job.hpp"

#include "core/json.hpp"
#include "core/logs.hpp"
#include "projections/query.hpp"
#include "projections/verify.hpp"

namespace trunkline {
namespace {

void write_report(json::Writer& out, const Projection& projection, const RebuildReport& report) {
  out.key("report").open('{').key("version").number(report.version).key("events").number(report.events);
  out.key("seconds").number(report.seconds).key("switched").boolean(report.switched);
  out.key("differences").open('[');
  for (const Difference& difference : report.differences)
    out.string(Finding{std::string{projection.name}, difference}.text());
  out.close(']').close('}');
}

void write_progress(json::Writer& out, const RebuildProgress& progress) {
  out.key("version").number(progress.version).key("step").string(step_name(progress.step));
  out.key("events").number(progress.events).key("events_left").number(progress.events_left);
  out.key("rows").number(progress.rows).key("events_per_second").number(progress.events_per_second);
  out.key("seconds_left").number(progress.seconds_left);
}

}  // namespace

Result<const Projection*> find_model(std::string_view name) {
  std::string known;
  for (const Projection& projection : projections()) {
    if (projection.name == name) return &projection;
    known.append(known.empty() ? "" : ", ").append(projection.name);
  }
  return rejected("not_found", "no such read model; there are: " + known);
}

RebuildJobs::RebuildJobs(Log& log, std::string postgres, FoldSettings fold, std::function<void()> changed)
    : log_(log), postgres_(std::move(postgres)), fold_(fold), changed_(std::move(changed)) {}

RebuildJobs::~RebuildJobs() {
  for (auto& [name, job] : jobs_) job->thread.request_stop();
  for (auto& [name, job] : jobs_) job->thread.join();  // without the lock: they take it for a last time
}

Status RebuildJobs::begin(const Projection& projection, Comparing comparing) {
  const std::lock_guard lock(mutex_);
  auto& slot = jobs_[std::string{projection.name}];
  if (slot && !slot->outcome)
    return try_again("rebuild_running", std::string{projection.name} + " is being rebuilt already");
  slot = std::make_unique<Job>();
  slot->thread = std::jthread([this, job = slot.get(), &projection, comparing](const std::stop_token& stop) {
    RebuildSettings settings;
    settings.postgres = postgres_;
    settings.fold = fold_;
    settings.comparing = comparing;
    settings.feed = &feed_;
    settings.progress = [this, job](const RebuildProgress& progress) {
      const std::lock_guard locked(mutex_);
      job->progress = progress;
    };
    auto outcome = rebuild(log_, projection, settings, stop);
    if (outcome)
      logs::info("rebuilt", {{"read_model", projection.name},
                             {"version", outcome->version},
                             {"events", outcome->events},
                             {"differences", outcome->differences.size()},
                             {"live", outcome->switched ? "yes" : "no"}});
    else
      logs::warn("rebuild_failed", {{"read_model", projection.name}, {"why", outcome.error().message}});
    changed_();
    const std::lock_guard locked(mutex_);
    job->outcome = std::move(outcome);
  });
  return done();
}

Result<std::string> RebuildJobs::state(const Projection& projection) {
  auto session = Postgres::connect(postgres_);
  if (!session) return session.error();
  const auto versions = read_versions(*session, projection);
  if (!versions) return versions.error();
  std::string text;
  json::Writer out(text);
  out.open('{').key("model").string(projection.name).key("code").number(projection.version);
  out.key("versions").open('[');
  for (const Version& version : *versions)
    out.open('{')
        .key("version")
        .number(version.number)
        .key("code")
        .number(version.code)
        .key("state")
        .string(state_name(version.state))
        .close('}');
  out.close(']').key("build");
  const std::lock_guard lock(mutex_);
  const auto job = jobs_.find(projection.name);
  if (job == jobs_.end()) {
    out.null().close('}');
    return text;
  }
  const auto& outcome = job->second->outcome;
  out.open('{').key("running").boolean(!outcome);
  write_progress(out, job->second->progress);
  if (outcome && *outcome) write_report(out, projection, **outcome);
  if (outcome && !*outcome)
    out.key("error")
        .open('{')
        .key("code")
        .string(outcome->error().code)
        .key("message")
        .string(outcome->error().message)
        .close('}');
  out.close('}').close('}');
  return text;
}

template <class Value>
Result<Value> RebuildJobs::in_postgres(Result<Value> (*step)(Postgres&, const Projection&),
                                       const Projection& projection) {
  auto session = Postgres::connect(postgres_);
  if (!session) return session.error();
  auto outcome = step(*session, projection);
  changed_();
  return outcome;
}

Result<int> RebuildJobs::switch_over(const Projection& projection) {
  return in_postgres(switch_to_built, projection);
}

Result<int> RebuildJobs::back(const Projection& projection) {
  return in_postgres(switch_back, projection);
}

Result<std::vector<int>> RebuildJobs::drop(const Projection& projection) {
  return in_postgres(drop_others, projection);
}

namespace {

Result<const Projection*> asked_model(const http::Request& request,
                                      std::initializer_list<std::string_view> known) {
  if (!request.caller.platform())
    return rejected("forbidden", "rebuilding concerns every tenant: an operator's key is needed");
  if (auto only = request.query.only(known); !only) return only.error();
  return find_model(request.path("model"));
}

http::Response live_json(const Projection& projection, int version) {
  std::string text;
  json::Writer(text).open('{').key("model").string(projection.name).key("live").number(version).close('}');
  return http::json(std::move(text));
}

Result<http::Response> begin(RebuildJobs& jobs, const http::Request& request) {
  const auto model = asked_model(request, {"verify"});
  if (!model) return model.error();
  const auto verifying = request.query.boolean("verify", false);
  if (!verifying) return verifying.error();
  if (auto begun = jobs.begin(**model, *verifying ? Comparing::yes : Comparing::no); !begun)
    return begun.error();
  auto state = jobs.state(**model);
  if (!state) return state.error();
  return http::json(std::move(*state), 202);
}

Result<http::Response> state(RebuildJobs& jobs, const http::Request& request) {
  const auto model = asked_model(request, {});
  if (!model) return model.error();
  auto state = jobs.state(**model);
  if (!state) return state.error();
  return http::json(std::move(*state));
}

Result<http::Response> switched(Result<int> (RebuildJobs::*step)(const Projection&), RebuildJobs& jobs,
                                const http::Request& request) {
  const auto model = asked_model(request, {});
  if (!model) return model.error();
  const auto live = (jobs.*step)(**model);
  if (!live) return live.error();
  return live_json(**model, *live);
}

Result<http::Response> dropped(RebuildJobs& jobs, const http::Request& request) {
  const auto model = asked_model(request, {});
  if (!model) return model.error();
  const auto gone = jobs.drop(**model);
  if (!gone) return gone.error();
  std::string text;
  json::Writer out(text);
  out.open('{').key("model").string((*model)->name).key("dropped").open('[');
  for (const int version : *gone) out.number(version);
  out.close(']').close('}');
  return http::json(std::move(text));
}

}  // namespace

void add_rebuild_routes(http::Routes& routes, RebuildJobs& jobs) {
  const auto scope = http::Scope::admin;
  routes.post("/v1/rebuilds/{model}", scope,
              [&jobs](http::Request& request) { return respond(begin(jobs, request)); });
  routes.get("/v1/rebuilds/{model}", scope,
             [&jobs](http::Request& request) { return respond(state(jobs, request)); });
  routes.post("/v1/rebuilds/{model}/switch", scope, [&jobs](http::Request& request) {
    return respond(switched(&RebuildJobs::switch_over, jobs, request));
  });
  routes.post("/v1/rebuilds/{model}/back", scope, [&jobs](http::Request& request) {
    return respond(switched(&RebuildJobs::back, jobs, request));
  });
  routes.post("/v1/rebuilds/{model}/drop", scope,
              [&jobs](http::Request& request) { return respond(dropped(jobs, request)); });
}

}  // namespace trunkline
