// Damage of each kind is found and named by the models' own recounts.
#include "projections/recount.hpp"

#include "projections/analytics/projection.hpp"
#include "projections/leads/projection.hpp"
#include "tests/given.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

class Folded {
 public:
  explicit Folded(const Projection& projection) : projection_(projection), session_(database_.connect()) {
    REQUIRE(install(session_, projection).ok());
    REQUIRE(use_schema(session_, rows_schema(projection)).ok());
    const std::vector<TestEvent> story = {captured("ann", at(8)).text("line_type", "cellular"),
                                          call_started("ann", at(9)).subject("c"),
                                          call_ended("ann", 60'000, at(9, 1)).subject("c"),
                                          message_received("bob", at(10)),
                                          linked("ann", "bob", at(11)),
                                          conversion("bob", 120, at(12))};
    const auto fold = projection.make_fold({});
    REQUIRE(fold_batch(*fold, session_, story).ok());
  }
  // "table.column" of every difference after this damage.
  std::vector<std::string> after(const std::string& damage) {
    REQUIRE(session_.script(damage).ok());
    auto transaction = Transaction::begin(session_, Transaction::Kind::snapshot);
    REQUIRE(transaction.ok());
    const auto found = projection_.recount(session_);
    REQUIRE_MESSAGE(found.ok(), (found ? "" : found.error().message));
    std::vector<std::string> names;
    for (const Difference& difference : *found) names.push_back(difference.table + "." + difference.column);
    return names;
  }

 private:
  const Projection& projection_;
  TestDatabase database_;
  Postgres session_;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("rows as they were folded differ in nothing from their recount") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  CHECK(Folded(leads::projection).after("SELECT 1").empty());
  CHECK(Folded(analytics::projection).after("SELECT 1").empty());
}

TEST_CASE("damaged figures, details, memberships and missing rows of the leads model are named") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  CHECK(Folded(leads::projection).after("UPDATE leads SET talk_ms = talk_ms + 1") == Names{"leads.talk_ms"});
  CHECK(Folded(leads::projection).after("UPDATE leads SET last_contact = now()") ==
        Names{"leads.last_contact"});
  CHECK(Folded(leads::projection).after("UPDATE leads SET line_type = 'x'") == Names{"leads.line_type"});
  CHECK(Folded(leads::projection).after("UPDATE facts SET answered = false WHERE family = 'call'") ==
        Names{"facts.answered"});
  CHECK(Folded(leads::projection).after("DELETE FROM leads") == Names{"leads."});
  CHECK(Folded(leads::projection).after("DELETE FROM facts WHERE family = 'message'").size() >= 2);
  CHECK(Folded(leads::projection).after("UPDATE contacts SET packed = 'x' WHERE lead = contact").front() ==
        "contacts.packed");
}

TEST_CASE("damaged quarter-hours and missing facts of the analytics model are named") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  CHECK(Folded(analytics::projection).after("UPDATE quarter_sums SET answered = 7 WHERE answered = 1") ==
        Names{"quarter_sums.answered"});
  CHECK(Folded(analytics::projection).after("DELETE FROM quarter_sums WHERE conversions = 1") ==
        Names{"quarter_sums."});
  CHECK(Folded(analytics::projection).after("DELETE FROM facts WHERE family = 'message'") ==
        Names{"quarter_sums.messages_in"});
}
