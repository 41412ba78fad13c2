// The test language of a read model, in Postgres:
//
//   given(lead_desk, {touch("ann", "spring", at(9)), conversion("ann", 120, at(12))})
//       .when({touch("ann", "summer", at(11))})
//       .then("SELECT campaign, conversions, value FROM attribution", {"summer|1|120.0000"});
//
// then() folds the story as told, then with every event twice and backwards, then shuffled one event at a
// time, each time into empty tables, and demands the same rows: expected rows are columns joined by '|' (NULL
// is empty), sorted. Queries see the model's stable views. A test case begins with
// SKIP_UNLESS(TestDatabase::available(), …).
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "projections/install.hpp"
#include "tests/builders.hpp"
#include "tests/test_database.hpp"

namespace trunkline::testing {

// Folds these documents as one batch, its rows committed.
inline Status fold_batch(Fold& fold, Postgres& session, std::span<const TestEvent> events) {
  json::Parser parser;
  for (const TestEvent& event : events) {
    std::string document = event.document();
    document.append(json::padding, '\0');
    const auto view =
        view_event(parser, std::string_view{document}.substr(0, document.size() - json::padding));
    if (!view) return view.error();
    if (auto status = fold.read(*view); !status) return status;
  }
  if (auto status = fold.load(session); !status) return status;
  fold.apply();
  auto transaction = Transaction::begin(session, Transaction::Kind::asynchronous);
  if (!transaction) return transaction.error();
  if (auto status = write_rows(*transaction, fold.take_writes()); !status) return status;
  if (auto status = transaction->commit(); !status) return status;
  fold.settled();
  return done();
}

class Given {
 public:
  Given(const Projection& projection, std::vector<TestEvent> events)
      : projection_(projection), events_(std::move(events)) {}

  Given& when(const std::vector<TestEvent>& events) {
    events_.insert(events_.end(), events.begin(), events.end());
    return *this;
  }

  // Given keys, folds may hold opened fields.
  Given& with_keys(KeyStore& keys) {
    settings_.keys = &keys;
    return *this;
  }

  Given& then(std::string_view sql, std::vector<std::string> expected) {
    std::sort(expected.begin(), expected.end());
    CHECK_MESSAGE(rows_after(events_, events_.size(), sql) == expected, "as told");
    std::vector<TestEvent> doubled(events_.rbegin(), events_.rend());
    doubled.insert(doubled.end(), events_.begin(), events_.end());
    CHECK_MESSAGE(rows_after(doubled, 2, sql) == expected, "backwards, then all of it again");
    std::shuffle(doubled.begin(), doubled.end(), std::mt19937{7});
    CHECK_MESSAGE(rows_after(doubled, 1, sql) == expected, "shuffled, one at a time");
    return *this;
  }

 private:
  std::vector<std::string> rows_after(std::span<const TestEvent> events, std::size_t batch,
                                      std::string_view sql) {
    auto session = database_.connect();
    const std::string rows = rows_schema(projection_);
    const std::string views{projection_.name};
    REQUIRE(session.script("DROP SCHEMA IF EXISTS " + rows + " CASCADE").ok());
    REQUIRE(install(session, projection_).ok());
    REQUIRE(use_schema(session, rows).ok());
    const auto fold = projection_.make_fold(settings_);
    for (; !events.empty(); events = events.subspan(std::min(batch, events.size()))) {
      const auto status = fold_batch(*fold, session, events.first(std::min(batch, events.size())));
      REQUIRE_MESSAGE(status.ok(), (status ? "" : status.error().message));
    }
    REQUIRE(use_schema(session, views).ok());
    return read(session, sql);
  }

  static std::vector<std::string> read(Postgres& session, std::string_view sql) {
    const auto rows = session.run(sql);
    REQUIRE_MESSAGE(rows.ok(), (rows ? "" : rows.error().message));
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      std::string line;
      for (std::size_t column = 0; column < rows->columns(); ++column)
        line += (column == 0 ? "" : "|") + std::string{rows->text(row, column)};
      lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  const Projection& projection_;
  std::vector<TestEvent> events_;
  FoldSettings settings_;
  TestDatabase database_;
};

inline Given given(const Projection& projection, std::vector<TestEvent> events = {}) {
  return {projection, std::move(events)};
}

}  // namespace trunkline::testing
