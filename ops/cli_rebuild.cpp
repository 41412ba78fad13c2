// `trunkline rebuild MODEL…`: by the running server, whose progress is shown, or here when there is none.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <map>
#include <thread>

#include "core/http_client.hpp"
#include "core/json.hpp"
#include "ops/alone.hpp"
#include "ops/cli.hpp"
#include "ops/rebuild_job.hpp"

namespace trunkline {
namespace {

constexpr auto look_every = std::chrono::milliseconds{500};

struct Asked {
  std::vector<std::string> models;
  std::string key_file;
  bool verifying = false, switching = false, back = false, drop = false;

  // The step's address below the model's; empty: to build.
  std::string step() const { return switching ? "/switch" : back ? "/back" : drop ? "/drop" : ""; }
};

// How the command asks: of a server or, alone, of the same routes.
using Ask = std::function<Result<http::Answer>(http::Method method, const std::string& target)>;

std::string progress_of(json::Object build) {
  const auto number = [&](const char* name) {
    return static_cast<long long>(build.integer(name).value_or(0));
  };
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(),
                "%s version %lld: %lld events, %lld left, about %lld rows, %.0f events/s, %.0f s left",
                std::string{build.string("step").value_or("")}.c_str(), number("version"), number("events"),
                number("events_left"), number("rows"), build.number("events_per_second").value_or(0),
                build.number("seconds_left").value_or(0));
  return text.data();
}

// Of several on one line.
std::string short_progress_of(const std::string& model, json::Object build) {
  const double events = build.number("events").value_or(0), left = build.number("events_left").value_or(0);
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%s: %s %.0f %%, %.0f s left", model.c_str(),
                std::string{build.string("step").value_or("")}.c_str(),
                100 * events / std::max(events + left, 1.0), build.number("seconds_left").value_or(0));
  return text.data();
}

void show_report(CommandLine& line, const std::string& model, json::Object report) {
  const auto differences = report.array("differences");
  for (const json::Value difference : *differences)
    std::printf("%s\n", std::string{difference.as_string().value_or("")}.c_str());
  const bool switched = report.boolean("switched").value_or(false);
  std::printf(
      "%s version %lld: %lld events in %.1f s; %s\n", model.c_str(),
      static_cast<long long>(report.integer("version").value_or(0)),
      static_cast<long long>(report.integer("events").value_or(0)), report.number("seconds").value_or(0),
      switched ? "it is live" : "it differs from the live one, which stays live (--switch, or --drop)");
  if (!switched) line.exit_code = 2;
}

std::string refusal_of(const http::Answer& answer) {
  json::Parser parser;
  const auto parsed = parser.parse(answer.body);
  const auto object = parsed ? parsed->as_object() : std::nullopt;
  return std::string{object ? object->string("detail").value_or("") : answer.body};
}

// One line that is written over and over, until something else is to be said.
class StatusLine {
 public:
  void show(const std::string& text) {
    std::fprintf(stderr, "\r%-*s", static_cast<int>(width_), text.c_str());
    width_ = text.size();
  }
  void clear() {
    if (width_ == 0) return;
    show("");
    std::fprintf(stderr, "\r");
  }

 private:
  std::size_t width_ = 0;
};

// How one build goes; nothing when it has ended, which is told.
std::optional<std::string> look(CommandLine& line, StatusLine& status, const std::string& model,
                                const std::string& state, bool alone) {
  json::Parser parser;
  const auto parsed = parser.parse(state);
  const auto object = parsed ? parsed->as_object() : std::nullopt;
  const auto build = object ? object->object("build") : std::nullopt;
  if (!build) {
    line.fail(must_stop("rebuild", "the server's answer is not the state of a build"));
    return std::nullopt;
  }
  if (build->boolean("running").value_or(false))
    return alone ? progress_of(*build) : short_progress_of(model, *build);
  status.clear();
  if (const auto report = build->object("report")) show_report(line, model, *report);
  if (const auto error = build->object("error"))
    line.fail(rejected("rebuild", model + ": " + std::string{error->string("message").value_or("")}));
  return std::nullopt;
}

// The builds that were begun, by model, with their states as last heard of.
void watch(CommandLine& line, std::map<std::string, std::string> builds, const Ask& ask) {
  const bool alone = builds.size() == 1;
  StatusLine status;
  while (true) {
    std::string shown;
    std::erase_if(builds, [&](const auto& build) {
      const auto progress = look(line, status, build.first, build.second, alone);
      if (progress) shown += (shown.empty() ? "" : "; ") + *progress;
      return !progress;
    });
    if (builds.empty()) return;
    status.show(shown);
    std::this_thread::sleep_for(look_every);
    for (auto& [model, state] : builds) {
      auto answer = ask(http::Method::get, "/v1/rebuilds/" + model);
      if (!answer) return line.fail(answer.error());
      state = std::move(answer->body);
    }
  }
}

void carry_out(CommandLine& line, const Asked& asked, const Ask& ask) {
  const std::string query = asked.step().empty() && asked.verifying ? "?verify=true" : "";
  std::map<std::string, std::string> begun;
  for (const std::string& model : asked.models) {
    const auto answer = ask(http::Method::post, "/v1/rebuilds/" + model + asked.step() + query);
    if (!answer) return line.fail(answer.error());
    if (answer->status / 100 != 2)
      return line.fail(
          rejected("rebuild", model + ": " + refusal_of(*answer) +
                                  (answer->status == 401 || answer->status == 403 ? " (--key-file)" : "")));
    if (asked.step().empty())
      begun.emplace(model, answer->body);
    else
      std::printf("%s\n", answer->body.c_str());
  }
  if (!begun.empty()) watch(line, std::move(begun), ask);
}

void carry_out_alone(CommandLine& line, const Settings& settings, Alone& alone, const Asked& asked) {
  FoldSettings fold;
  fold.rows_cached_max = static_cast<std::size_t>(settings.rows_cached_max);
  fold.keys = &alone.keys();
  RebuildJobs jobs(alone.log(), settings.postgres, fold, [] {});
  http::Routes routes;
  add_rebuild_routes(routes, jobs);
  carry_out(line, asked, [&](http::Method method, const std::string& target) -> Result<http::Answer> {
    http::Response response = ask(routes, method, target);
    return http::Answer{response.status, std::move(response.body), {}};
  });
}

void run(CommandLine& line, const Asked& asked) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  for (const std::string& name : asked.models)
    if (const auto model = find_model(name); !model) return line.fail(model.error());
  const SystemClock clock;
  const auto alone = Alone::open(*settings, clock);
  if (!alone) return line.fail(alone.error());
  if (*alone) return carry_out_alone(line, *settings, **alone, asked);
  auto client = http::Client::connect(server_url(*settings), api_key(asked.key_file));
  if (!client) return line.fail(client.error());
  carry_out(line, asked, [&](http::Method method, const std::string& target) {
    return method == http::Method::get ? client->get(target) : client->post(target, "application/json", "");
  });
}

}  // namespace

void add_rebuild_command(CLI::App& app, CommandLine& line) {
  auto* rebuild = app.add_subcommand(
      "rebuild",
      "Build read models' rows anew from the journal, beside the live ones, and switch to them. Several are\n"
      "built at the same time, from one reading of the journal.\n"
      "The live rows are untouched until then; interrupted, the next rebuild goes on where this one was.");
  auto asked = std::make_shared<Asked>();  // shared: the parser's callback outlives this function
  rebuild->add_option("models", asked->models, "leads, analytics, …")->required();
  auto* verifying = rebuild->add_flag(
      "--verify", asked->verifying,
      "Compare with the live rows, row for row at equal positions; where they differ, say so and do not "
      "switch (exit code 2)");
  auto* switching =
      rebuild->add_flag("--switch", asked->switching, "Only switch to the newest built version");
  auto* back = rebuild->add_flag("--back", asked->back, "Only switch back to the former version");
  auto* drop = rebuild->add_flag("--drop", asked->drop, "Only drop every version but the live one");
  for (auto* one : {verifying, switching, back, drop})
    for (auto* other : {verifying, switching, back, drop})
      if (one != other) one->excludes(other);
  rebuild->add_option(
      "--key-file", asked->key_file,
      "An operator's key, for asking a running server (or TRUNKLINE_KEY); not needed without one");
  rebuild->callback([&line, asked] { run(line, *asked); });
}

}  // namespace trunkline
