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

struct Sparse {
  std::string tenant;
  std::int64_t calls = 0, talk_ms = 0;
  static constexpr std::string_view table = "sparse";
  static constexpr bool zeros_are_null = true;
  static constexpr std::size_t key_columns = 1;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &Sparse::tenant), column("calls", &Sparse::calls),
                      column("talk_ms", &Sparse::talk_ms));
};

// As a fold keeps a person whose calls are written twice over.
struct WrittenPerson {
  std::string tenant, name;
  std::int64_t calls = 0;
  static constexpr std::string_view table = "people";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &WrittenPerson::tenant), column("name", &WrittenPerson::name),
                      column("calls", &WrittenPerson::calls));
};

constexpr std::string_view tables = R"(
  CREATE TABLE people (tenant text COLLATE "C", name text COLLATE "C", calls bigint NOT NULL, seen timestamptz,
                       PRIMARY KEY (tenant, name));
  CREATE TABLE daily (tenant text COLLATE "C", day date, calls bigint NOT NULL, talk_ms bigint NOT NULL,
                      PRIMARY KEY (tenant, day));
  CREATE TABLE sparse (tenant text COLLATE "C" PRIMARY KEY, calls bigint, talk_ms bigint))";

void commit(Postgres& session, const WriteSet& writes) {
  auto transaction = Transaction::begin(session, Transaction::Kind::asynchronous);
  REQUIRE(transaction.ok());
  REQUIRE(write_rows(*transaction, writes).ok());
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

TEST_CASE("few rows, which are sent as statements, and many, which are copied, end alike") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  session.keep_statements();
  REQUIRE(session.script(tables).ok());
  const auto people_are = [&] {
    return database.value(
        "SELECT count(*) || ' ' || coalesce(sum(calls), 0) || ' ' || count(seen) FROM people");
  };
  for (const int rows : {1, 8, 9, 64, 65, 300}) {
    Table<Person> people{1'000};
    std::vector<std::string> names;
    for (int i = 0; i < rows; ++i) names.push_back("person" + std::to_string(i));
    const auto for_each_name = [&](const auto& change) {
      for (const std::string& name : names) people.want({"t", name});
      REQUIRE(people.load(session).ok());
      for (const std::string& name : names) change(name);
      commit(session, taken(people));
      people.settled();
    };
    const std::string count = std::to_string(rows), thrice = std::to_string(3 * rows);
    for_each_name([&](const std::string& name) { people.touch({"t", name}).calls = 1; });
    CHECK(people_are() == count + " " + count + " 0");
    for_each_name([&](const std::string& name) {
      Person& person = people.touch({"t", name});
      person.calls += 2;
      person.seen = from_micros(1);
    });
    CHECK(people_are() == count + " " + thrice + " " + count);
    for_each_name([&](const std::string& name) { people.remove({"t", name}); });
    CHECK(people_are() == "0 0 0");
  }
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
  const auto written = write_rows(*transaction, writes);
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

TEST_CASE("a table that begins empty asks for no row but those that it wrote, until it forgets everything") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  Table<Person> people(0);  // nothing stays in memory
  people.begins_empty();
  const auto fold = [&](std::string_view name) {
    people.want({"t", name});
    REQUIRE(people.load(session).ok());
    const bool known = people.find({"t", name}) != nullptr;
    ++people.touch({"t", name}).calls;
    commit(session, taken(people));
    people.settled();
    return known;
  };
  for (int i = 0; i < 1'000; ++i) CHECK_FALSE(fold("person-" + std::to_string(i)));
  for (int i = 0; i < 1'000; ++i) CHECK(fold("person-" + std::to_string(i)));
  CHECK(database.value("SELECT count(*) || ' ' || sum(calls) FROM people") == "1000 2000");
  REQUIRE(session.script("INSERT INTO people (tenant, name, calls) VALUES ('t', 'behind its back', 1)").ok());
  people.want({"t", "behind its back"});
  REQUIRE(people.load(session).ok());
  CHECK(people.find({"t", "behind its back"}) == nullptr);
  people.drop();
  CHECK(fold("behind its back"));
}

TEST_CASE("a filter denies no key that it was given, and most of the others") {
  KeyFilter filter(64 << 10);
  const auto key = [](int i) { return hash_of(std::tuple{std::string_view{"t"}, std::int64_t{i}}); };
  for (int i = 0; i < 50'000; ++i) filter.add(key(i));
  int denied = 0;
  for (int i = 0; i < 50'000; ++i) {
    REQUIRE(filter.may_hold(key(i)));
    denied += filter.may_hold(key(50'000 + i)) ? 0 : 1;
  }
  CHECK(denied > 45'000);  // at ten bits a key
}

TEST_CASE("columns that follow from the kept ones are made when the row is written") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  Table<WrittenPerson> people(10);
  const auto whole = [](const WrittenPerson& kept) {
    return Person{kept.tenant, kept.name, kept.calls, from_micros(kept.calls)};
  };
  const auto fold = [&](std::int64_t calls) {
    people.want({"t", "ann"});
    REQUIRE(people.load(session).ok());
    people.touch({"t", "ann"}).calls = calls;
    WriteSet writes;
    people.take(writes, whole);
    commit(session, writes);
  };
  for (const std::int64_t calls : {1, 2}) {
    fold(calls);
    CHECK(database.value("SELECT calls || ' ' || extract(microseconds FROM seen) FROM people") ==
          std::to_string(calls) + " " + std::to_string(calls));
  }
  people.want({"t", "ann"});
  people.remove({"t", "ann"});
  WriteSet writes;
  people.take(writes, whole);
  commit(session, writes);
  CHECK(database.value("SELECT count(*) FROM people") == "0");
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

TEST_CASE("where the table begins empty a sum is put in once, and added to from then on") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  const pg::Date monday{std::chrono::year{2026} / 11 / 23};
  Sums<Daily> sums;
  sums.begins_empty();
  const auto kind = [&](std::int64_t calls) {
    sums.add({"t", monday, calls, 10});
    const WriteSet writes = taken(sums);
    REQUIRE(writes.size() == 1);
    commit(session, writes);
    return writes.front().kind;
  };
  CHECK(kind(1) == TableWrite::Kind::insert);
  CHECK(kind(2) == TableWrite::Kind::add);
  sums.drop();  // what is there now is not known any more
  CHECK(kind(4) == TableWrite::Kind::add);
  CHECK(database.value("SELECT string_agg(day || ' ' || calls || ' ' || talk_ms, ',') FROM daily") ==
        "2026-11-23 7 30");
}

TEST_CASE("sums whose zeros are NULL add up, go back to NULL, and the empty row ceases to exist") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script(tables).ok());
  Sums<Sparse> sums;
  const auto row = [&] {
    commit(session, taken(sums));
    return database.value(
        "SELECT coalesce(calls::text, '-') || ' ' || coalesce(talk_ms::text, '-') FROM sparse");
  };
  sums.add({"t", 1, 0});
  CHECK(row() == "1 -");
  sums.add({"t", 2, 50});
  CHECK(row() == "3 50");
  sums.subtract({"t", 0, 50});
  CHECK(row() == "3 -");
  sums.subtract({"t", 3, 0});
  commit(session, taken(sums));
  CHECK(database.value("SELECT count(*) FROM sparse") == "0");
}

}  // namespace trunkline
