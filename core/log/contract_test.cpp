// What every log promises, judged on every log. The concurrent part is in contract_concurrent_test.cpp.
#include <doctest/doctest.h>

#include <chrono>

#include "tests/log_drafts.hpp"
#include "tests/log_kinds.hpp"
#include "tests/skip.hpp"

using namespace trunkline;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t plenty = 1 << 20;

}  // namespace

TEST_CASE_TEMPLATE("a tenant's records come back in the order in which they were appended", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  REQUIRE(log->append(drafts(draft("ann", "1"), draft("bob", "b"), draft("ann", "2"))).ok());
  REQUIRE(log->append(drafts(draft("ann", "3"))).ok());
  std::vector<std::string> of_ann;
  for (const auto& id : ids_from(*log, {partition_of(TenantId{"ann"}, 4), Offset{0}}))
    if (id != "b") of_ann.push_back(id);
  CHECK(of_ann == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE_TEMPLATE("an append answers with each draft's position, and reading from there gives the draft",
                   Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const auto positions = log->append(drafts(draft("ann", "1"), draft("bob", "2"), draft("cy", "3")));
  REQUIRE(positions.ok());
  REQUIRE(positions->size() == 3);
  CHECK((*positions)[0].partition == partition_of(TenantId{"ann"}, 4));
  CHECK((*positions)[1].partition == partition_of(TenantId{"bob"}, 4));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto batch = log->read((*positions)[i], 1);
    REQUIRE(batch.ok());
    CHECK(id_in((*batch)[0].document) == std::to_string(i + 1));
  }
}

TEST_CASE_TEMPLATE("offsets are dense and begin at 0 in every partition", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  for (int i = 0; i < 40; ++i)
    REQUIRE(log->append(drafts(draft("t" + std::to_string(i % 7), "x"), draft("ann", "y"))).ok());
  std::uint64_t records = 0;
  for (const Position& end : log->ends()) {
    const auto batch = log->read({end.partition, Offset{0}}, plenty);
    REQUIRE(batch.ok());
    CHECK(batch->size() == end.next.value());
    for (std::size_t i = 0; i < batch->size(); ++i) CHECK((*batch)[i].offset == Offset{i});
    records += batch->size();
  }
  CHECK(records == 80);
}

TEST_CASE_TEMPLATE("the journal gives back exactly the bytes it was given, with the moment in their gap",
                   Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  Draft given = draft("ann", "1", 3000);
  std::string expected = given.document;
  expected.replace(given.recordedtime_at, formatted_time_size, format_time(kind.clock.now()));
  const auto positions = log->append(drafts(given));
  REQUIRE(positions.ok());
  CHECK(documents_from(*log, positions->front()) == std::vector<std::string>{expected});
}

TEST_CASE_TEMPLATE("an append with one impossible draft appends none of its drafts", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  Draft impossible = draft("ann", "2");
  SUBCASE("too large") {
    impossible = draft("ann", "2", document_bytes_max);
  }
  SUBCASE("no room for the moment") {
    impossible.recordedtime_at = impossible.document.size() - 1;
  }
  SUBCASE("a gap beyond the document") {
    impossible.recordedtime_at = SIZE_MAX - 5;
  }
  const auto refused = log->append(drafts(draft("ann", "1"), impossible, draft("bob", "3")));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().fault == Fault::reject);
  for (const Position& end : log->ends()) CHECK(end.next == Offset{0});
}

TEST_CASE_TEMPLATE("appending nothing is no append", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const auto positions = log->append({});
  REQUIRE(positions.ok());
  CHECK(positions->empty());
}

TEST_CASE_TEMPLATE("a document of the largest size goes in and comes out", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const std::size_t frame = draft("ann", "1").document.size();
  const auto positions = log->append(drafts(draft("ann", "1", document_bytes_max - frame)));
  REQUIRE(positions.ok());
  const auto batch = log->read(positions->front(), 1);
  REQUIRE(batch.ok());
  CHECK((*batch)[0].document.size() == document_bytes_max);
}

TEST_CASE_TEMPLATE("a read stays within its bytes but gives at least one record, and the reads join up", Kind,
                   EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  std::vector<Draft> many;
  for (int i = 0; i < 50; ++i)
    many.push_back(draft("ann", std::to_string(i), static_cast<std::size_t>(i) * 10));
  const auto positions = log->append(std::move(many));
  REQUIRE(positions.ok());
  const Position start{positions->front().partition, Offset{0}};
  for (const std::size_t bytes_max : {std::size_t{0}, std::size_t{300}, std::size_t{2000}, plenty}) {
    Position from = start;
    for (;;) {
      const auto batch = log->read(from, bytes_max);
      REQUIRE(batch.ok());
      if (batch->empty()) break;
      CHECK((batch->bytes() <= bytes_max || batch->size() == 1));
      CHECK((*batch)[0].offset == from.next);
      from.next = from.next + batch->size();
    }
    CHECK(from.next == Offset{50});
    CHECK(ids_from(*log, start, bytes_max).size() == 50);
  }
}

TEST_CASE_TEMPLATE("reading at the end gives nothing, beyond the end is a reason to stop", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const auto positions = log->append(drafts(draft("ann", "1")));
  REQUIRE(positions.ok());
  Position at = positions->front();
  at.next = at.next + 1;
  const auto nothing = log->read(at, plenty);
  REQUIRE(nothing.ok());
  CHECK(nothing->empty());
  at.next = at.next + 1;
  const auto beyond = log->read(at, plenty);
  REQUIRE_FALSE(beyond.ok());
  CHECK(beyond.error().fault == Fault::stop);
  const auto nowhere = log->read({Partition{4}, Offset{0}}, plenty);
  REQUIRE_FALSE(nowhere.ok());
  CHECK(nowhere.error().fault == Fault::stop);
}

TEST_CASE_TEMPLATE("ends name every partition, in order", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  REQUIRE(log->append(drafts(draft("ann", "1"), draft("ann", "2"))).ok());
  const auto ends = log->ends();
  REQUIRE(ends.size() == 4);
  CHECK(log->partitions() == 4);
  for (std::uint32_t i = 0; i < 4; ++i) {
    CHECK(ends[i].partition == Partition{i});
    CHECK(ends[i].next == Offset{Partition{i} == partition_of(TenantId{"ann"}, 4) ? 2u : 0u});
  }
}

TEST_CASE_TEMPLATE("recordedtime never decreases, though the clock steps back", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const Time before = kind.clock.now();
  REQUIRE(log->append(drafts(draft("ann", "1"))).ok());
  kind.clock.move(-1h);
  REQUIRE(log->append(drafts(draft("ann", "2"))).ok());
  kind.clock.move(2h);
  REQUIRE(log->append(drafts(draft("ann", "3"))).ok());
  std::vector<Time> times;
  for (const auto& document : documents_from(*log, {partition_of(TenantId{"ann"}, 4), Offset{0}}))
    times.push_back(time_in(document));
  CHECK(times == std::vector<Time>{before, before, before + 1h});
}

TEST_CASE_TEMPLATE("the position at a moment is that of the first record not before it", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const Partition partition = partition_of(TenantId{"ann"}, 4);
  const auto at = [&](Time moment) {
    const auto position = log->position_at(partition, moment);
    REQUIRE(position.ok());
    CHECK(position->partition == partition);
    return position->next.value();
  };
  const Time start = kind.clock.now();
  CHECK(at(start) == 0);  // of an empty partition
  for (int i = 0; i < 10; ++i) {
    REQUIRE(log->append(drafts(draft("ann", "a"), draft("ann", "b"))).ok());
    kind.clock.move(1s);
  }
  CHECK(at(Time::min()) == 0);
  CHECK(at(start) == 0);
  CHECK(at(start + 1us) == 2);
  CHECK(at(start + 4s) == 8);
  CHECK(at(start + 8500ms) == 18);
  CHECK(at(start + 9s) == 18);
  CHECK(at(start + 9s + 1us) == 20);
  CHECK(at(Time::max()) == 20);
}

TEST_CASE_TEMPLATE("a journal has an id of its own", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind one, another;
  const auto id = one.open()->id();
  CHECK(id.value().size() == 12);
  CHECK(id.value().find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(another.open()->id() != id);
}

TEST_CASE_TEMPLATE("a restart keeps everything, and what comes after it is no older", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  if (!Kind::survives) return;  // nothing is promised
  auto log = kind.open();
  const auto id = log->id();
  for (int i = 0; i < 100; ++i) REQUIRE(log->append(drafts(draft("ann", std::to_string(i), 2000))).ok());
  const Position start{partition_of(TenantId{"ann"}, 4), Offset{0}};
  const auto before = documents_from(*log, start);
  log.reset();
  kind.clock.move(-1h);
  log = kind.open();
  CHECK(log->id() == id);
  CHECK(log->ends()[start.partition.value()].next == Offset{100});
  CHECK(documents_from(*log, start) == before);
  const auto positions = log->append(drafts(draft("ann", "100")));
  REQUIRE(positions.ok());
  CHECK(positions->front().next == Offset{100});
  const auto after = documents_from(*log, positions->front());
  REQUIRE(after.size() == 1);
  CHECK(time_in(after[0]) == time_in(before.back()));
}
