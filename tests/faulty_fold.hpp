// A fold as bad luck would run it: batches of random size, committed one batch late, commits that fail and
// are begun again from the last good one, and a cache as small as one likes.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <span>

#include "projections/install.hpp"
#include "tests/builders.hpp"
#include "tests/test_database.hpp"

namespace trunkline::testing {

class FaultyFold {
 public:
  FaultyFold(const Projection& projection, std::size_t rows_cached_max, std::uint64_t seed)
      : random_(seed), session_(database_.connect()) {
    FoldSettings settings;
    settings.rows_cached_max = rows_cached_max;
    fold_ = projection.make_fold(settings);
    REQUIRE(install(session_, projection).ok());
    REQUIRE(use_schema(session_, rows_schema(projection)).ok());
  }

  // How many batches it took.
  std::size_t fold(const std::vector<TestEvent>& events) {
    std::size_t batches = 0;
    for (std::size_t folded = 0; folded < events.size() || !pending_.empty();) {
      if (folded < events.size()) {
        const std::size_t size = std::min(1 + below(7), events.size() - folded);
        fold_one({events.data() + folded, size}, folded + size);
        folded += size;
        ++batches;
      }
      if (below(12) == 0) {
        folded = committed_;
        pending_.clear();
        fold_->drop();
      } else if (pending_.size() > 1 || folded == events.size()) {
        commit_oldest();
      }
    }
    committed_ = 0;
    return batches;
  }

  // Sorted lines, columns joined by '|'.
  std::vector<std::string> rows(const std::string& sql) {
    const auto found = session_.run(sql);
    REQUIRE_MESSAGE(found.ok(), (found ? "" : found.error().message));
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < found->size(); ++row) {
      std::string line;
      for (std::size_t i = 0; i < found->columns(); ++i)
        line += (i == 0 ? "" : "|") + std::string{found->text(row, i)};
      lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  Postgres& session() { return session_; }

 private:
  // A batch that was folded, on its way into the tables.
  struct Pending {
    WriteSet writes;
    std::size_t end;
  };

  std::size_t below(std::size_t most) { return static_cast<std::size_t>(random_() % most); }

  void fold_one(std::span<const TestEvent> events, std::size_t end) {
    json::Parser parser;
    for (const TestEvent& event : events) {
      std::string document = event.document();
      const std::size_t size = document.size();
      document.append(json::padding, '\0');
      const auto view = view_event(parser, std::string_view{document}.substr(0, size));
      REQUIRE(view.ok());
      REQUIRE(fold_->read(*view).ok());
    }
    const auto loaded = fold_->load(session_);
    REQUIRE_MESSAGE(loaded.ok(), (loaded ? "" : loaded.error().message));
    fold_->apply();
    pending_.push_back({fold_->take_writes(), end});
  }

  void commit_oldest() {
    if (pending_.empty()) return;
    auto transaction = Transaction::begin(session_, Transaction::Kind::asynchronous);
    REQUIRE(transaction.ok());
    for (const TableWrite& write : pending_.front().writes) {
      const auto written = write_rows(*transaction, write);
      REQUIRE_MESSAGE(written.ok(), (written ? "" : written.error().message));
    }
    REQUIRE(transaction->commit().ok());
    committed_ = pending_.front().end;
    pending_.pop_front();
    fold_->settled();
  }

  std::mt19937_64 random_;
  TestDatabase database_;
  Postgres session_;
  std::unique_ptr<Fold> fold_;
  std::deque<Pending> pending_;
  std::size_t committed_ = 0;
};

}  // namespace trunkline::testing
