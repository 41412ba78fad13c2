#include "projections/table.hpp"

#include <doctest/doctest.h>

#include "projections/sums.hpp"
#include "tests/test_database.hpp"

namespace trunkline {
namespace {

using testing::TestDatabase;

struct Person {
  std::string tenant, name;
  std::int64_t calls = 0;
  std::optional<Time> seen;
  static constexpr std::string_view table = "people";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &Person::tenant), column("name", &Person::name),
                      column("calls", &Person::calls), column("seen", &Person::seen));
};

struct Daily {
  std::string tenant;
  pg::Date day{};
  std::int64_t calls = 0, talk_ms = 0;
  static constexpr std::string_view table = "daily";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &Daily::tenant), column("day", &Daily::day),
                      column("calls", &Daily::calls), column("talk_ms", &Daily::talk_ms));
};

constexpr std::string_view tables = R"(
  CREATE TABLE people (tenant text COLLATE "C", name text COLLATE "C", calls bigint NOT NULL, seen timestamptz,
                       PRIMARY KEY (tenant, name));
  CREATE TABLE daily (tenant text COLLATE "C", day date, calls bigint NOT NULL, talk_ms bigint NOT NULL,
                      PRIMARY KEY (tenant, day)))";

void commit(Postgres& session, const WriteSet& writes) {
  auto transaction = Transaction::begin(session, Transaction::Kind::asynchronous);
  REQUIRE(transaction.ok());
  for (const auto& write : writes) REQUIRE(write_rows(*transaction, write).ok());
  REQUIRE(transaction->commit().ok());
}

template <class Model>
WriteSet taken(Model& model) {
  WriteSet writes;
  model.take(writes);
  return writes;
}

}  // namespace

TEST_CASE("a table's rows are fetched set-wise, changed, written whole and found again") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  Table<Person> people(100);
  const auto fold = [&](std::string_view name, std::int64_t calls) {
    people.want({"t", name});
    REQUIRE(people.load(session).ok());
    people.touch({"t", name}).calls += calls;
  };
  fold("ann", 1);
  fold("bob", 2);
  people.touch({"t", "bob"}).seen = from_micros(1);
  commit(session, taken(people));
  people.settled();
  people.drop();
  fold("ann", 10);
  people.want({"t", "bob"});
  people.want({"t", "eve"});
  REQUIRE(people.load(session).ok());
  CHECK(people.find({"t", "bob"})->seen == from_micros(1));
  CHECK(people.find({"t", "eve"}) == nullptr);
  people.remove({"t", "bob"});
  people.remove({"t", "eve"});
  const auto writes = taken(people);
  CHECK(writes.size() == 2);
  commit(session, writes);
  people.settled();
  CHECK(database.value("SELECT string_agg(name || ' ' || calls, ',') FROM people") == "ann 11");
  fold("bob", 5);
  CHECK_FALSE(people.find({"t", "bob"})->seen.has_value());
}

TEST_CASE("a row that comes and goes within a batch is not written, and one that comes back is new again") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  Table<Person> people(100);
  const auto want = [&] {
    people.want({"t", "ann"});
    REQUIRE(people.load(session).ok());
  };
  want();
  people.touch({"t", "ann"}).calls = 1;
  people.remove({"t", "ann"});
  CHECK(taken(people).empty());
  for (const std::int64_t calls : {2, 3}) {
    want();
    people.touch({"t", "ann"}).calls = calls;
    commit(session, taken(people));
    want();
    people.remove({"t", "ann"});
    commit(session, taken(people));
  }
  want();
  people.touch({"t", "ann"}).calls = 4;
  commit(session, taken(people));
  CHECK(database.value("SELECT sum(calls) FROM people") == "4");
}

TEST_CASE("a row that was taken for new and is there already asks for another try, and is not lost") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  Table<Person> people(100);
  people.expect_none({"t", "ann"});
  people.touch({"t", "ann"}).calls = 5;
  REQUIRE(session.script("INSERT INTO people (tenant, name, calls) VALUES ('t', 'ann', 1)").ok());
  const auto writes = taken(people);
  auto transaction = Transaction::begin(session, Transaction::Kind::asynchronous);
  const auto written = write_rows(*transaction, writes[0]);
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().fault == Fault::retry);
  CHECK(database.value("SELECT calls FROM people") == "1");
}

TEST_CASE("rows of a batch in flight stay whatever the bound; the rest is evicted by last use") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  Table<Person> people(2);
  const auto batch = [&](std::initializer_list<std::string_view> names) {
    for (const auto name : names) people.want({"t", name});
    REQUIRE(people.load(session).ok());
    for (const auto name : names) ++people.touch({"t", name}).calls;
    return taken(people);
  };
  const auto first = batch({"a", "b", "c"});
  const auto second = batch({"c", "d"});  // folded before the first is committed: sees its c
  CHECK(people.rows_cached() == 4);
  commit(session, first);
  people.settled();
  CHECK(people.rows_cached() == 2);
  commit(session, second);
  people.settled();
  CHECK(people.rows_cached() == 2);
  commit(session, batch({"a", "c"}));
  people.settled();
  CHECK(database.value("SELECT string_agg(name || calls, ',' ORDER BY name) FROM people") == "a2,b1,c3,d1");
}

TEST_CASE("sums add differences, and a row in which nothing is left ceases to exist") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  const pg::Date monday{std::chrono::year{2026} / 11 / 23};
  const pg::Date tuesday = monday + std::chrono::days{1};
  Sums<Daily> sums;
  sums.add({"t", monday, 1, 100});
  sums.add({"t", monday, 1, 50});
  sums.add({"t", tuesday, 1, 7});
  commit(session, taken(sums));
  sums.subtract({"t", monday, 1, 100});
  sums.add({"t", monday, 1, 90});
  sums.subtract({"t", tuesday, 1, 7});
  commit(session, taken(sums));
  CHECK(database.value("SELECT string_agg(day || ' ' || calls || ' ' || talk_ms, ',') FROM daily") ==
        "2026-11-23 2 140");
  sums.add({"t", monday, 1, 1});
  sums.subtract({"t", monday, 1, 1});
  CHECK(taken(sums).empty());
}

}  // namespace trunkline
