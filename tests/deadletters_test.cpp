// Parked events over HTTP, as on the embedded journal: listed, tried, asked for again, given up.
#include "ops/deadletters.hpp"

#include <doctest/doctest.h>

#include "core/keys_postgres.hpp"
#include "core/log/memory_log.hpp"
#include "projections/install.hpp"
#include "projections/rebuild.hpp"
#include "tests/builders.hpp"
#include "tests/manual_clock.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

template <class T>
T opened(Result<T> result) {
  REQUIRE_MESSAGE(result.ok(), (result ? "" : result.error().message));
  return std::move(*result);
}

class NoBody final : public http::Body {
 public:
  Status stream(std::size_t, const Sink&) override { return done(); }
};

const Projection& lead_desk() {
  for (const Projection& model : projections())
    if (model.name == "lead_desk") return model;
  FAIL("there is no lead desk");
  return projections().front();
}

// One event, which the lead desk has parked for a reason that is gone.
struct Office {
  TestDatabase database;
  PostgresPool pool{database.address(), 4};
  ManualClock clock;
  MemoryLog log{clock, 1};
  std::unique_ptr<PostgresKeys> keys = opened(PostgresKeys::open(pool, random_key(), JournalState::empty));
  Catalogue catalogue = opened(Catalogue::load());
  Gate gate{catalogue, *keys, clock, [](const TenantId&) { return true; }};
  http::Routes routes;

  Office() {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session).ok());
    REQUIRE(install_live(session, lead_desk()).ok());
    std::vector<Draft> drafts;
    drafts.push_back(touch("ann", "spring", at(9)).draft());
    REQUIRE(log.append(std::move(drafts)).ok());
    fold();
    REQUIRE(session.script("DELETE FROM lead_desk_v1.leads; DELETE FROM lead_desk_v1.attribution").ok());
    auto transaction = opened(Transaction::begin(session, Transaction::Kind::durable));
    REQUIRE(park(transaction, lead_desk(), {Partition{0}, Offset{0}, "data: a bug of the day"}).ok());
    REQUIRE(transaction.commit().ok());
    add_deadletter_routes(routes, {log, *keys, gate, nullptr});
  }

  void fold() {
    RunnerSettings settings;
    settings.member.name = "one";
    Runner runner(log, database.address(), lead_desk(), std::move(settings), nullptr);
    REQUIRE(runner.renew().ok());
    while (*runner.step() != 0) continue;
  }

  http::Response ask(http::Method method, const std::string& path, const std::string& query = "",
                     const std::string& tenant = "_platform") {
    const auto found = routes.find(method, path);
    REQUIRE(found.ok());
    http::Request request;
    request.method = method;
    request.route = found->route->route;
    request.path_parameters = found->parameters;
    request.query = *http::Query::parse(query);
    request.caller.tenant = TenantId{tenant};
    NoBody no_body;
    request.body = &no_body;
    request.header = [](std::string_view) { return std::string_view{}; };
    return found->route->handler(request);
  }
  std::string leads() const { return database.value("SELECT count(*) FROM lead_desk.leads"); }
};

constexpr const char* ours = "/v1/deadletters/parked-lead_desk-0-0";

}  // namespace

TEST_CASE("a parked event is listed with its reason, and shown as it was sent") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const std::string listed = office.ask(http::Method::get, "/v1/deadletters").body;
  CHECK(
      listed ==
      R"({"deadletters":[{"id":"parked-lead_desk-0-0","kind":"parked","tenant":"acme","type":"touch.recorded",)"
      R"("read_model":"lead_desk","partition":0,"offset":0,"reasons":[{"code":"data","message":"a bug of the day"}]}]})");
  CHECK(office.ask(http::Method::get, "/v1/deadletters", "reason=data&type=touch.recorded").body == listed);
  CHECK(office.ask(http::Method::get, "/v1/deadletters", "reason=other").body == R"({"deadletters":[]})");
  CHECK(office.ask(http::Method::get, "/v1/deadletters", "type=call.ended").body == R"({"deadletters":[]})");
  const std::string shown = office.ask(http::Method::get, ours).body;
  CHECK(shown.find(R"("original":"{)") != std::string::npos);
  CHECK(office.ask(http::Method::get, "/v1/deadletters/parked-lead_desk-0-1").status == 404);
  CHECK(office.ask(http::Method::get, "/v1/deadletters", "", "acme").status == 403);
}

TEST_CASE("a dry run of a retry changes nothing; a retry makes the rows as if it had never failed") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  CHECK(office.ask(http::Method::post, std::string{ours} + "/retry", "dry_run=true").body ==
        R"({"outcome":"accepted","reasons":[]})");
  CHECK(office.leads() == "0");
  office.fold();
  CHECK(office.leads() == "0");
  CHECK(office.ask(http::Method::post, std::string{ours} + "/retry").body ==
        R"({"outcome":"requested","reasons":[]})");
  office.fold();
  CHECK(office.leads() == "1");
  CHECK(office.ask(http::Method::get, "/v1/deadletters").body == R"({"deadletters":[]})");
}

TEST_CASE("a dry run says what would be refused again") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  auto session = office.database.connect();
  REQUIRE(session.script("ALTER TABLE lead_desk_v1.leads ADD CONSTRAINT never CHECK (tenant = '')").ok());
  const std::string said = office.ask(http::Method::post, std::string{ours} + "/retry", "dry_run=true").body;
  CHECK(said.find(R"("outcome":"refused","reasons":[{"code":"data")") != std::string::npos);
}

TEST_CASE("who drops a parked event is not asked about it again, and cannot retry it") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  CHECK(office.ask(http::Method::post, std::string{ours} + "/drop").body == R"({"outcome":"dropped"})");
  CHECK(office.ask(http::Method::get, "/v1/deadletters").body == R"({"deadletters":[]})");
  CHECK(office.ask(http::Method::post, std::string{ours} + "/retry").status != 200);
  office.fold();
  CHECK(office.leads() == "0");
}

TEST_CASE("what is listed, tried and dropped is of the rows that are live, also after a rebuild and back") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const std::string before = office.ask(http::Method::get, "/v1/deadletters").body;
  RebuildSettings settings;
  settings.postgres = office.database.address();
  const auto rebuilt = rebuild(office.log, lead_desk(), settings, {});
  REQUIRE_MESSAGE(rebuilt.ok(), (rebuilt ? "" : rebuilt.error().message));
  CHECK(office.leads() == "1");  // the fault is gone, and with the new rows so is the dead letter
  CHECK(office.ask(http::Method::get, "/v1/deadletters").body == R"({"deadletters":[]})");
  CHECK(office.ask(http::Method::get, ours).status == 404);
  CHECK(office.ask(http::Method::post, std::string{ours} + "/drop").status != 200);
  auto session = office.database.connect();
  REQUIRE(switch_back(session, lead_desk()).ok());
  CHECK(office.ask(http::Method::get, "/v1/deadletters").body == before);
  CHECK(office.ask(http::Method::post, std::string{ours} + "/drop").body == R"({"outcome":"dropped"})");
}

TEST_CASE("what other code parked is listed and dropped; it cannot be tried before a rebuild") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  auto session = office.database.connect();
  REQUIRE(session.script("UPDATE projections.versions SET code = code + 1").ok());
  CHECK(office.ask(http::Method::get, "/v1/deadletters").body.find("parked-lead_desk-0-0") !=
        std::string::npos);
  CHECK(office.ask(http::Method::post, std::string{ours} + "/retry").status == 503);
  CHECK(office.ask(http::Method::post, std::string{ours} + "/drop").body == R"({"outcome":"dropped"})");
}
