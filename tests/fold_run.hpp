// Histories through a model's fold in batches of random size, committed late, with commits that fail, under a
// small cache or a large one: for property tests. A failure prints TRUNKLINE_SEED.
#pragma once
#include <cstdlib>
#include <deque>

#include "projections/recount.hpp"
#include "tests/given.hpp"

namespace trunkline::testing {

using Random = std::mt19937_64;

inline std::size_t pick(Random& random, std::size_t most) {
  return static_cast<std::size_t>(random() % most);
}

inline std::uint64_t first_seed() {
  const char* stated = std::getenv("TRUNKLINE_SEED");
  return stated != nullptr ? std::strtoull(stated, nullptr, 10) : std::random_device{}();
}

// A batch that was folded, on its way into the tables.
struct Pending {
  WriteSet writes;
  std::size_t end;
};

class Run {
 public:
  Run(const Projection& projection, std::size_t rows_cached_max, std::uint64_t seed)
      : random_(seed), projection_(projection), session_(database_.connect()) {
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
        const std::size_t size = std::min(1 + pick(random_, 7), events.size() - folded);
        fold_one({events.data() + folded, size}, folded + size);
        folded += size;
        ++batches;
      }
      if (pick(random_, 12) == 0) {
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

  // What the model's own recount finds wrong.
  std::vector<std::string> differences() {
    auto snapshot = Transaction::begin(session_, Transaction::Kind::snapshot);
    REQUIRE(snapshot.ok());
    const auto found = projection_.recount(session_);
    REQUIRE_MESSAGE(found.ok(), (found ? "" : found.error().message));
    std::vector<std::string> names;
    for (const Difference& each : *found)
      names.push_back(each.table + " " + each.key + " " + each.column + ": " + each.stored + ", " +
                      each.counted);
    return names;
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

 private:
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
    const auto written = write_rows(*transaction, pending_.front().writes);
    REQUIRE_MESSAGE(written.ok(), (written ? "" : written.error().message));
    REQUIRE(transaction->commit().ok());
    committed_ = pending_.front().end;
    pending_.pop_front();
    fold_->settled();
  }

  Random random_;
  const Projection& projection_;
  TestDatabase database_;
  Postgres session_;
  std::unique_ptr<Fold> fold_;
  std::deque<Pending> pending_;
  std::size_t committed_ = 0;
};

inline std::vector<TestEvent> doubled_and_shuffled(const std::vector<TestEvent>& story, std::uint64_t seed) {
  std::vector<TestEvent> events = story;
  events.insert(events.end(), story.begin(), story.end());
  std::shuffle(events.begin(), events.end(), Random(seed));
  return events;
}

// Calls that providers tell of under several ids, conversations whose messages name nobody or change sides,
// ratings, analyses, follow-ups: little of everything, often the same thing again with other content.
inline TestEvent random_course(Random& random) {
  const auto thing = [&](std::string_view name, std::size_t of) {
    return std::string{name} + std::to_string(pick(random, of));
  };
  const auto one_of = [&](std::initializer_list<std::string_view> values) {
    return std::string{*(values.begin() + pick(random, values.size()))};
  };
  const Time time = at(9, static_cast<int>(pick(random, 120)));
  const std::string who = pick(random, 3) == 0 ? "" : thing("person", 6);
  const auto about = [&](std::string type, const std::string& subject) {
    return TestEvent(std::move(type), who, time)
        .subject(subject)
        .id(subject + std::to_string(to_micros(time) % 5));
  };
  switch (pick(random, 10)) {
    case 0:
    case 1:
      return about(one_of({"call.started", "call.connected", "call.ended"}), thing("call", 12))
          .text("direction", one_of({"inbound", "outbound"}))
          .text("agent_id", one_of({"a", "b"}))
          .number("duration_ms", static_cast<std::int64_t>(pick(random, 9)) * 1'000);
    case 2:
      return about("call.analyzed", thing("call", 12))
          .json("provider_ids",
                R"({"call":")" + (pick(random, 2) == 0 ? thing("call", 12) : thing("x", 8)) + "\"}")
          .json("analysis", R"({"outcome":"positive","requirements":{"urgency":"immediate"}})");
    case 3:
    case 4:
      return about("message.received", thing("m", 24))
          .text("conversation_id", thing("talk", 4))
          .text("channel", "chat");
    case 5:
    case 6:
      return about("message.sent", thing("m", 24))
          .text("conversation_id", thing("talk", 4))
          .text("role", one_of({"assistant", "human_agent", "system"}))
          .text("agent_id", one_of({"a", "b"}));
    case 7:
      return about(one_of({"conversation.started", "conversation.resolved", "conversation.rated"}),
                   thing("talk", 4))
          .number("rating", static_cast<std::int64_t>(1 + pick(random, 5)));
    case 8:
      return about(one_of({"followup.scheduled", "followup.cancelled", "followup.attempted"}),
                   thing("next", 6))
          .text("action", "call");
    default:
      return about(one_of({"appointment.booked", "appointment.completed", "appointment.cancelled"}),
                   thing("visit", 6))
          .text("kind", "viewing")
          .text("listing_id", thing("flat", 3));
  }
}

// Whatever order and repetition the same events come in: the same rows in these tables, and a clean recount.
inline void check_convergence(const Projection& projection, const std::vector<std::string>& tables,
                              std::uint64_t seed) {
  INFO("TRUNKLINE_SEED=", seed);
  Random random(seed);
  std::vector<TestEvent> story;
  for (int i = 0; i < 350; ++i) story.push_back(random_course(random));
  Run small(projection, 40, seed + 1), large(projection, 100'000, seed + 3);
  small.fold(doubled_and_shuffled(story, seed + 2));
  large.fold(story);
  for (const std::string& table : tables)
    CHECK_MESSAGE(small.rows("SELECT t::text FROM " + table + " t") ==
                      large.rows("SELECT t::text FROM " + table + " t"),
                  table);
  CHECK(small.differences() == std::vector<std::string>{});
}

}  // namespace trunkline::testing
