#include "projections/install.hpp"

#include <doctest/doctest.h>

#include "tests/given.hpp"
#include "tests/heard.hpp"

namespace trunkline {
namespace {

using testing::at;
using testing::given;
using testing::heard;
using testing::TestDatabase;

}  // namespace

TEST_CASE("a story is told: given events, when others come, then rows, whatever the order and repetition") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(heard, {testing::touch("ann", "spring", at(9)), testing::captured("bob", at(8)).of("other")})
      .when({testing::message_sent("ann", at(11)), testing::call_started("ann", at(10))})
      .then("SELECT tenant, substr(contact, 3, 3), extract(hour from last) FROM heard",
            {"acme|ann|11", "other|bob|8"});
}

TEST_CASE("installing twice changes nothing, and keeps the rows") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(install(session, heard).ok());
  REQUIRE(session.run("INSERT INTO heard_v1.heard VALUES ('t', 'c', now())").ok());
  REQUIRE(install(session, heard).ok());
  CHECK(database.value("SELECT count(*) FROM heard.heard") == "1");
}

TEST_CASE("a batch of keys is looked up in the index, however many they are and whatever statistics say") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(install(session, heard).ok());
  REQUIRE(
      session
          .script("INSERT INTO heard_v1.heard SELECT 't', 'c' || n, now() FROM generate_series(1, 5000) n;"
                  "ANALYZE heard_v1.heard")
          .ok());
  const auto plan_in = [](Postgres& asked) {
    const auto rows = asked.run(
        "EXPLAIN SELECT h.last FROM heard h JOIN (SELECT 't' AS tenant, 'c' || n AS contact FROM"
        " generate_series(1, 5000) n) AS k ON h.tenant = k.tenant AND h.contact = k.contact");
    std::string plan;
    for (std::size_t row = 0; row < rows->size(); ++row) plan.append(rows->text(row, 0)).append("\n");
    return plan;
  };
  REQUIRE(use_schema(session, "heard_v1").ok());
  CHECK(plan_in(session).find("Seq Scan on heard") != std::string::npos);  // what is to be prevented
  auto folding = fold_session(database.address(), heard);
  REQUIRE(folding.ok());
  const std::string plan = plan_in(*folding);
  CHECK_MESSAGE(plan.find("Index") != std::string::npos, plan);
  CHECK_MESSAGE(plan.find("Seq Scan") == std::string::npos, plan);
}

}  // namespace trunkline
