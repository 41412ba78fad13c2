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

}  // namespace trunkline
