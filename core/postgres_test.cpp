#include "core/postgres.hpp"

#include <doctest/doctest.h>

#include "core/pg_binary.hpp"
#include "tests/test_database.hpp"

namespace trunkline {
namespace {
using testing::TestDatabase;
}

TEST_CASE("every kind of parameter comes back as it went in") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  const std::string bytes{"\0\xff'\\", 4};
  const std::vector<std::string> texts{"a,b", "quote \" and \\", "", "{é}"};
  const std::vector<std::int64_t> integers{-1, INT64_MAX};
  const std::vector<std::string> blobs{bytes, ""};
  Params params;
  params.text("Zoë").integer(INT64_MIN).real(0.1).boolean(true).time(from_micros(1'700'000'000'123'456));
  params.bytes(bytes).texts(texts).integers(integers).bytes_list(blobs).null();
  const auto rows = session.run(
      "SELECT $1::text, $2::bigint, $3::float8 = 0.1::float8, $4::bool, $5::timestamptz, $6::bytea, "
      "       ($7::text[])[2], ($8::bigint[])[2], ($9::bytea[])[1], $10::text, ($7::text[])[4], "
      "       cardinality($7::text[])",
      params);
  REQUIRE(rows.ok());
  CHECK(rows->text(0, 0) == "Zoë");
  CHECK(rows->integer(0, 1) == INT64_MIN);
  CHECK(rows->text(0, 2) == "t");
  CHECK(rows->text(0, 3) == "t");
  CHECK(rows->text(0, 4) == "2023-11-14 22:13:20.123456+00");
  CHECK(rows->bytes(0, 5) == bytes);
  CHECK(rows->text(0, 6) == texts[1]);
  CHECK(rows->integer(0, 7) == INT64_MAX);
  CHECK(rows->bytes(0, 8) == bytes);
  CHECK(rows->is_null(0, 9));
  CHECK(rows->text(0, 10) == "{é}");
  CHECK(rows->integer(0, 11) == 4);
  CHECK(rows->column_name(0) == "text");
}

TEST_CASE("binary COPY in and binary results out keep every value") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session
              .script("CREATE TABLE t (n bigint, s text, b bytea, t bool, at timestamptz, d date, r float8, "
                      "i integer, none text)")
              .ok());
  const Time at = *parse_time("1969-12-31T23:59:59.999999Z");
  const pg::Date day{std::chrono::year{1999} / 12 / 31};
  std::string tuples;
  pg::TupleWriter(tuples)
      .begin(9)
      .integer(-7)
      .text("Zoë")
      .bytes({"\0\1", 2})
      .boolean(true)
      .time(at)
      .date(day)
      .real(-0.5)
      .integer32(-3)
      .null();
  {
    auto transaction = Transaction::begin(session, Transaction::Kind::asynchronous);
    REQUIRE(transaction.ok());
    REQUIRE(transaction->copy_in("t (n, s, b, t, at, d, r, i, none)", tuples + tuples).ok());
    REQUIRE(transaction->commit().ok());
  }
  const auto rows = session.fetch("SELECT * FROM t");
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 2);
  CHECK(pg::read_integer(*rows->value(1, 0)) == -7);
  CHECK(*rows->value(1, 1) == "Zoë");
  CHECK(*rows->value(1, 2) == std::string_view("\0\1", 2));
  CHECK(pg::read_boolean(*rows->value(1, 3)));
  CHECK(pg::read_time(*rows->value(1, 4)) == at);
  CHECK(pg::read_date(*rows->value(1, 5)) == day);
  CHECK(pg::read_real(*rows->value(1, 6)) == -0.5);
  CHECK(pg::read_integer32(*rows->value(1, 7)) == -3);
  CHECK_FALSE(rows->value(1, 8).has_value());
  CHECK(database.value("SELECT at::text || ' ' || d::text FROM t") ==
        "1969-12-31 23:59:59.999999+00 1999-12-31");
}

TEST_CASE("a transaction that is not committed leaves nothing, and an error in it cannot be committed") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script("CREATE TABLE t (n bigint PRIMARY KEY); INSERT INTO t VALUES (1)").ok());
  {
    auto abandoned = Transaction::begin(session, Transaction::Kind::durable);
    REQUIRE(abandoned->run("INSERT INTO t VALUES (2)").ok());
  }
  auto failed = Transaction::begin(session, Transaction::Kind::durable);
  REQUIRE(failed->run("INSERT INTO t VALUES (3)").ok());
  const auto doubled = failed->run("INSERT INTO t VALUES (1)");
  REQUIRE_FALSE(doubled.ok());
  const auto commit = failed->commit();
  REQUIRE_FALSE(commit.ok());
  CHECK(commit.error().code == "duplicate");
  CHECK(session.run("SELECT sum(n) FROM t")->integer(0, 0) == 1);
}

TEST_CASE("errors say whether to retry, reject or stop, and never a value") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script("CREATE TABLE t (n bigint CHECK (n > 0), s text)").ok());
  const auto refused = [&session](std::string_view sql, const Params& params = {}) {
    const auto rows = session.run(sql, params);
    REQUIRE_FALSE(rows.ok());
    return rows.error();
  };
  const auto unreadable = refused("SELECT $1::bigint", Params{}.text("canary"));
  CHECK(unreadable.fault == Fault::reject);
  CHECK(unreadable.code == "data");
  CHECK(unreadable.message.find("canary") == std::string::npos);
  CHECK(refused("INSERT INTO t VALUES (-1)").message ==
        "Postgres refused with 23514, table t, constraint t_n_check");
  CHECK(refused("SELECT $1::text", Params{}.text({"a\0b", 3})).code == "data");
  CHECK(refused("SELECT * FROM nowhere").fault == Fault::stop);
  REQUIRE(session.run("SET statement_timeout = 1").ok());
  CHECK(refused("SELECT pg_sleep(5)").fault == Fault::retry);
  const auto nobody = Postgres::connect("host=/nowhere dbname=none");
  REQUIRE_FALSE(nobody.ok());
  CHECK(nobody.error().fault == Fault::retry);
}

TEST_CASE("a damaged COPY is refused as data and leaves the session usable") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script("CREATE TABLE t (s text)").ok());
  std::string tuples;
  pg::TupleWriter(tuples).begin(1).text({"a\0b", 3});
  {
    auto transaction = Transaction::begin(session, Transaction::Kind::asynchronous);
    const auto status = transaction->copy_in("t", tuples);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().fault == Fault::reject);
  }
  CHECK(session.run("SELECT count(*) FROM t")->integer(0, 0) == 0);
}

TEST_CASE("a session that the server ended is broken, its commit unclear, and the pool keeps it not") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  PostgresPool pool(database.address(), 1);
  {
    auto lease = pool.borrow();
    REQUIRE(lease.ok());
    auto& session = **lease;
    const auto backend = session.run("SELECT pg_backend_pid()")->integer(0, 0);
    auto transaction = Transaction::begin(session, Transaction::Kind::durable);
    REQUIRE(transaction.ok());
    REQUIRE(
        database.connect().run("SELECT pg_terminate_backend($1::int, 5000)", Params{}.integer(backend)).ok());
    const auto commit = transaction->commit();
    REQUIRE_FALSE(commit.ok());
    CHECK(commit.error().code == "unclear");
    CHECK(session.broken());
    CHECK(session.run("SELECT 1").error().fault == Fault::retry);
  }
  auto fresh = pool.borrow();
  REQUIRE(fresh.ok());
  CHECK((*fresh)->run("SELECT 1").ok());
  const auto none_left = pool.borrow();
  REQUIRE_FALSE(none_left.ok());
  CHECK(none_left.error().code == "busy");
}

TEST_CASE("statements that go together are one transaction, and a failure leaves a session that goes on") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script("CREATE TABLE t (n bigint PRIMARY KEY)").ok());
  const auto insert = [](std::int64_t n) {
    return Question{"INSERT INTO t VALUES ($1)", Params{}.integer(n)};
  };
  const Question count{"SELECT count(*) FROM t"};
  for (std::int64_t n = 1; n <= 3; ++n) {
    const auto rows = session.fetch_together(std::vector{insert(n), count});
    REQUIRE_MESSAGE(rows.ok(), (rows ? "" : rows.error().message));
    CHECK(pg::read_integer(*(*rows)[1].value(0, 0)) == n);
  }
  CHECK(database.value("SELECT count(*) FROM t") == "3");
  const auto taken = session.fetch_together(std::vector{insert(4), insert(3), count});
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.error().code == "duplicate");
  const auto in_block = session.fetch_together(std::vector{Question{"BEGIN"}, insert(4), insert(4)});
  REQUIRE_FALSE(in_block.ok());
  const auto nul = session.fetch_together(
      std::vector{Question{"BEGIN"}, count, Question{"SELECT $1::text", Params{}.text({"\0", 1})}});
  REQUIRE_FALSE(nul.ok());
  CHECK(nul.error().code == "data");
  CHECK(database.value("SELECT count(*) FROM t") == "3");
  // Enough texts that what was prepared first is forgotten.
  for (int n = 0; n < 600; ++n) {
    const auto rows =
        session.fetch_together(std::vector{Question{"SELECT " + std::to_string(n) + "::bigint"}, count});
    REQUIRE_MESSAGE(rows.ok(), (rows ? "" : rows.error().message));
    CHECK(pg::read_integer(*(*rows)[0].value(0, 0)) == n);
  }
  CHECK(session.run("SELECT 1")->integer(0, 0) == 1);
}

TEST_CASE("statements that are sent together tell what each affected, and the first error of them") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(
      session.script("CREATE TABLE pairs (name text PRIMARY KEY, value bigint CHECK (value < 100))").ok());
  constexpr std::string_view insert = "INSERT INTO pairs VALUES ($1, $2), ($3, $4)",
                             clear = "DELETE FROM pairs";
  const std::string one("\0\0\0\0\0\0\0\1", 8), hundred("\0\0\0\0\0\0\0\x64", 8);
  const auto run = [&](std::vector<BoundStatement> statements) {
    auto transaction = Transaction::begin(session, Transaction::Kind::durable);
    REQUIRE(transaction.ok());
    auto ran = transaction->run_together(statements);
    if (ran) REQUIRE(transaction->commit().ok());
    return ran;
  };
  const auto ran = run({{insert, {"a", one, "b", std::nullopt}}, {insert, {"c", one, "", one}}, {clear, {}}});
  REQUIRE_MESSAGE(ran.ok(), (ran ? "" : ran.error().message));
  CHECK(*ran == std::vector<std::uint64_t>{2, 2, 4});
  const auto refused = run({{insert, {"a", one, "b", one}}, {insert, {"c", hundred, "d", one}}, {clear, {}}});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "data");
  const auto doubled = run({{insert, {"a", one, "b", one}}, {insert, {"a", one, "d", one}}});
  REQUIRE_FALSE(doubled.ok());
  CHECK(doubled.error().code == "duplicate");
  CHECK(*run({{insert, {"a", one, "b", one}}}) == std::vector<std::uint64_t>{2});
  CHECK(database.value("SELECT string_agg(name || value, ' ' ORDER BY name) FROM pairs") == "a1 b1");
}

TEST_CASE("a session that keeps its statements answers as one that does not, also after an error") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  session.keep_statements();
  for (int i = 0; i < 10; ++i) {
    const auto rows = session.run("SELECT $1::bigint + 1", Params{}.integer(i));
    REQUIRE(rows.ok());
    CHECK(rows->integer(0, 0) == i + 1);
    CHECK_FALSE(session.run("SELECT 1 / $1::bigint", Params{}.integer(0)).ok());
    CHECK_FALSE(session.run("SELECT no_such_thing($1)", Params{}.integer(0)).ok());
  }
}

TEST_CASE(
    "questions and writes that go together share what their session has prepared, also after an error of "
    "either") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(session.script("CREATE TABLE names (name text PRIMARY KEY)").ok());
  const auto write = [&](std::string_view name) {
    auto transaction = Transaction::begin(session, Transaction::Kind::durable);
    REQUIRE(transaction.ok());
    const auto ran =
        transaction->run_together(std::vector<BoundStatement>{{"INSERT INTO names VALUES ($1)", {name}}});
    return ran.ok() && transaction->commit().ok();
  };
  const auto ask = [&](std::string_view sql) {
    return session
        .fetch_together(std::vector{Question{"BEGIN"}, Question{std::string{sql}}, Question{"COMMIT"}})
        .ok();
  };
  constexpr std::string_view count = "SELECT count(*) FROM names";
  CHECK(write("ann"));
  CHECK(ask(count));
  CHECK_FALSE(ask("SELECT no_such_thing"));
  CHECK(write("bob"));
  CHECK(ask(count));
  CHECK_FALSE(write("bob"));
  CHECK(ask(count));
  CHECK(write("cat"));
  CHECK(database.value(count) == "3");
}

TEST_CASE("tuples can be walked one by one") {
  std::string tuples;
  pg::TupleWriter(tuples).begin(2).integer(1).null();
  const std::size_t first = tuples.size();
  pg::TupleWriter(tuples).begin(1).text("abc");
  pg::TupleReader reader(tuples);
  CHECK(reader.next().size() == first);
  CHECK(reader.next().size() == tuples.size() - first);
  CHECK(reader.at_end());
}

}  // namespace trunkline
