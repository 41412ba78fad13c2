// A tenant's whole office for tests of queries: events go into a journal, the runners fold them
// into a database of its own, and the routes answer.
#pragma once
#include <doctest/doctest.h>

#include "core/keys_memory.hpp"
#include "projections/checkpoint.hpp"
#include "projections/install.hpp"
#include "projections/query.hpp"
#include "projections/runner.hpp"
#include "projections/versions.hpp"
#include "tests/any_log.hpp"
#include "tests/builders.hpp"
#include "tests/manual_clock.hpp"
#include "tests/temporary_directory.hpp"
#include "tests/test_database.hpp"

namespace trunkline::testing {

class NoBody final : public http::Body {
 public:
  Status stream(std::size_t, const Sink&) override { return done(); }
};

class Office {
 public:
  Office()
      : log_(clock_, 4), pool_(database_.address(), 4), context_{pool_, log_,      clock_,
                                                                 keys_, progress_, others_} {
    auto session = database_.connect();
    REQUIRE(install_bookkeeping(session).ok());
    for (const Projection& projection : projections()) REQUIRE(install(session, projection).ok());
    auto index = HistoryIndex::open(directory_.path() + "/index", log_);
    REQUIRE(index.ok());
    index_ = std::move(*index);
    context_.history = index_.get();
    context_.memory = &memory_;
    add_query_routes(routes_, context_);
  }

  Position append(const std::vector<TestEvent>& events) {
    std::vector<Draft> drafts;
    for (const TestEvent& event : events) drafts.push_back(event.draft());
    const auto appended = log_.append(std::move(drafts));
    REQUIRE(appended.ok());
    return {appended->back().partition, appended->back().next + 1};
  }
  // Notes which versions are live, as a server does: after that models can be rebuilt.
  void install_versions() {
    auto session = database_.connect();
    for (const Projection& projection : projections()) REQUIRE(install_live(session, projection).ok());
  }
  std::string address() const { return database_.address(); }
  void index_all() {
    for (;;) {
      const auto step = index_->step();
      REQUIRE_MESSAGE(step.ok(), (step ? "" : step.error().message));
      if (*step == 0) return;
    }
  }
  void fold_all() {
    for (const Projection& projection : projections()) {
      RunnerSettings settings;
      settings.member.name = "test-" + std::string{projection.name};
      Runner runner(log_, database_.address(), projection, settings, &progress_);
      for (;;) {
        const auto step = runner.step();
        REQUIRE_MESSAGE(step.ok(), (step ? "" : step.error().message));
        if (*step == 0) break;
      }
    }
  }
  void tell(const std::vector<TestEvent>& events) {
    append(events);
    fold_all();
  }

  http::Response ask(std::string_view target, std::string tenant = "acme", std::string_view accept = "") {
    const auto path = target.substr(0, target.find('?'));
    const auto found = routes_.find(http::Method::get, path);
    REQUIRE(found.ok());
    auto query = http::Query::parse(path.size() < target.size() ? target.substr(path.size() + 1) : "");
    REQUIRE(query.ok());
    http::Request request;
    request.route = found->route->route;
    request.path_parameters = found->parameters;
    request.query = std::move(*query);
    request.caller.tenant = TenantId{std::move(tenant)};
    request.body = &no_body_;
    request.header = [&](std::string_view name) { return name == "Accept" ? accept : std::string_view{}; };
    return found->route->handler(request);
  }
  std::string body(std::string_view target) {
    const http::Response response = ask(target);
    CHECK_MESSAGE(response.status == 200, response.body);
    return response.body;
  }

  MemoryKeys keys_;
  AnyLog& log() { return log_; }
  ManualClock& clock() { return clock_; }
  std::string value(std::string_view sql) const { return database_.value(sql); }

 private:
  TestDatabase database_;
  ManualClock clock_;
  AnyLog log_;
  PostgresPool pool_;
  Progress progress_;
  OthersProgress others_{pool_};
  TemporaryDirectory directory_;
  std::unique_ptr<HistoryIndex> index_;
  QueryMemory memory_;
  QueryContext context_;
  http::Routes routes_;
  NoBody no_body_;
};

inline std::string member(std::string_view body, std::string_view name) {
  json::Parser parser;
  const auto document = parser.parse(body);
  REQUIRE(document.ok());
  const auto value = document->as_object()->find(name);
  if (!value) return "(missing)";
  if (const auto text = value->as_string()) return std::string{*text};
  std::string json;
  json::write(json, *value);
  return json;
}

}  // namespace trunkline::testing
