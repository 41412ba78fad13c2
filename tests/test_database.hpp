// A database of a test's own, made on the cluster that TRUNKLINE_TEST_POSTGRES names and dropped at the end.
//
//   SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
//   const TestDatabase database;
//   auto session = database.connect();
#pragma once
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>

#include "core/postgres.hpp"
#include "tests/skip.hpp"

namespace trunkline::testing {

class TestDatabase {
 public:
  static constexpr std::string_view why_skipped =
      "TRUNKLINE_TEST_POSTGRES names no cluster: \"host=… user=… dbname=postgres\"";

  static bool available() { return !cluster().empty(); }

  TestDatabase() {
    std::random_device random;
    name_ = "trunkline_test_" + std::to_string(getpid()) + "_" + std::to_string(random());
    on_cluster("CREATE DATABASE " + name_ + " TEMPLATE template0");
  }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;
  ~TestDatabase() {
    try {
      on_cluster("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s was left behind: %s\n", name_.c_str(), error.what());
    }
  }

  std::string address() const { return cluster() + " dbname=" + name_; }

  Postgres connect() const { return must(Postgres::connect(address())); }

  // One value of a query, as text: for asserting.
  std::string value(std::string_view sql) const {
    auto session = connect();
    const auto rows = must(session.run(sql));
    return rows.size() == 0 ? "" : std::string{rows.text(0, 0)};
  }

 private:
  template <class T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
  }
  static std::string cluster() {
    const char* address = std::getenv("TRUNKLINE_TEST_POSTGRES");
    return address == nullptr ? "" : address;
  }
  static void on_cluster(const std::string& sql) { must(must(Postgres::connect(cluster())).run(sql)); }

  std::string name_;
};

}  // namespace trunkline::testing
