// The index of the history, and reading by it, against a plain look at every record.
#include <doctest/doctest.h>

#include <fstream>
#include <random>

#include "core/history/reader.hpp"
#include "core/history/rocks_index_store.hpp"
#include "tests/builders.hpp"
#include "tests/log_kinds.hpp"
#include "tests/skip.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

const char* const people[] = {"ann", "bob", "cy", "dee"};

// Some thousand events of a few people of two tenants, some of them about one another's calls.
std::vector<TestEvent> story(unsigned seed) {
  std::mt19937 dice(seed);
  const auto roll = [&](unsigned sides) { return dice() % sides; };
  std::vector<TestEvent> events;
  for (int i = 0; i < 3'000; ++i) {
    const std::string who = people[roll(4)];
    const Time when = at(static_cast<int>(roll(24)), static_cast<int>(roll(60)));
    TestEvent event = roll(3) == 0 ? call_ended(who, 1'000, when).subject("call-" + std::to_string(roll(300)))
                      : roll(2) == 0 ? message_received(who, when).text("conversation_id", "talk-1")
                      : roll(5) == 0 ? linked(who, people[roll(4)], when)
                                     : touch(who, "spring", when);
    events.push_back(event.id("e" + std::to_string(i)).of(roll(3) == 0 ? "other" : "acme"));
  }
  return events;
}

void append(Log& log, const std::vector<TestEvent>& events) {
  std::vector<Draft> drafts;
  for (const TestEvent& event : events) drafts.push_back(event.draft());
  REQUIRE(log.append(std::move(drafts)).ok());
}

std::unique_ptr<HistoryIndex> opened(const std::string& directory, Log& log) {
  auto index = HistoryIndex::open(directory, log);
  REQUIRE_MESSAGE(index.ok(), (index ? "" : index.error().message));
  return std::move(*index);
}

void catch_up(HistoryIndex& index) {
  for (;;) {
    const auto stepped = index.step();
    REQUIRE_MESSAGE(stepped.ok(), (stepped ? "" : stepped.error().message));
    if (*stepped == 0) return;
  }
}

HistoryQuestion all_of(Log& log, const std::string& tenant = "acme") {
  HistoryQuestion question{TenantId{tenant}};
  question.from = {partition_of(question.tenant, log.partitions()), Offset{0}};
  question.end = log.ends()[question.from.partition.value()].next;
  return question;
}

std::vector<Offset> offsets(Log& log, const HistoryIndex* index, const HistoryQuestion& question,
                            std::size_t most = 7) {
  HistoryReader reader(log, index, question);
  std::vector<Offset> found;
  for (bool more = true; more;) {
    const auto next = reader.next({64 * 1024, most});
    REQUIRE_MESSAGE(next.ok(), (next ? "" : next.error().message));
    for (std::size_t i = 0; i < next->records.size(); ++i) found.push_back(next->records[i].offset);
    more = next->looked_on;
  }
  return found;
}

std::vector<Offset> by_looking_at_all(Log& log, const HistoryQuestion& question) {
  std::vector<Offset> found;
  json::Parser parser;
  for (Position at = question.from; at.next < question.end;) {
    const auto records = log.read(at, 1 << 20);
    REQUIRE(records.ok());
    for (std::size_t i = 0; i < records->size(); ++i) {
      at.next = (*records)[i].offset + 1;
      if (at.next > question.end) break;
      const auto event = view_event(parser, (*records)[i].document);
      if (event && matches(question, *event)) found.push_back((*records)[i].offset);
    }
  }
  return found;
}

std::vector<HistoryQuestion> questions(Log& log) {
  std::vector<HistoryQuestion> all;
  for (const std::string tenant : {"acme", "other", "nobody"}) {
    const HistoryQuestion question = all_of(log, tenant);
    for (const char* person : people) {
      all.push_back(question);
      all.back().contact = Token{token(person)};
      all.push_back(all.back());
      all.back().types = {"call.*", "lead.linked"};
    }
    for (const char* subject : {"call-7", "call-8", "talk-1", "call-"}) {
      all.push_back(question);
      all.back().subject = subject;
    }
    all.push_back(question);
    all.back().happened_from = at(9);
    all.back().happened_to = at(10);
    all.push_back(question);
    all.back().contact = Token{token("ann")};
    all.back().from.next = Offset{std::min<std::uint64_t>(500, question.end.value())};
    all.back().end = Offset{std::min<std::uint64_t>(1'500, question.end.value())};
  }
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("the history by the index is what a look at every record gives", Kind, EVERY_LOG) {
  SKIP_UNLESS(Kind::missing().empty(), Kind::missing());
  Kind kind;
  const auto log = kind.open();
  const TemporaryDirectory directory;
  append(*log, story(1));
  const auto index = opened(directory.path() + "/index", *log);
  CHECK_FALSE(index->ready());
  catch_up(*index);
  CHECK(index->ready());
  append(*log, story(2));  // the end that the index does not have yet is scanned
  for (const HistoryQuestion& question : questions(*log)) {
    const auto expected = by_looking_at_all(*log, question);
    CHECK(offsets(*log, index.get(), question) == expected);
    CHECK(offsets(*log, nullptr, question, 1'000) == expected);
  }
}

TEST_CASE("an index goes on from where it was, and is built again for another journal or when it is ahead") {
  ManualClock clock;
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/index";
  RocksKind kind;
  auto journal = kind.open();
  append(*journal, story(1));
  {
    const auto index = opened(path, *journal);
    catch_up(*index);
  }
  append(*journal, story(2));
  {
    const auto index = opened(path, *journal);
    CHECK(index->indexed() != std::vector<Position>(journal->ends()));
    CHECK(index->indexed() > std::vector<Position>(4));
    catch_up(*index);
    CHECK(index->indexed() == journal->ends());
  }
  MemoryLog other(clock, 4);
  append(other, {call_ended("ann", 1'000, at(9)).subject("call-1")});
  const auto index = opened(path, other);
  catch_up(*index);
  const Partition partition = partition_of(TenantId{"acme"}, 4);
  CHECK(index->indexed()[partition.value()].next == Offset{1});
  CHECK(index->find(TenantId{"acme"}, HistoryIndex::Key::contact, token("bob"), Offset{0}, 10)->empty());
  CHECK(index->find(TenantId{"acme"}, HistoryIndex::Key::subject, "call-1", Offset{0}, 10)->size() == 1);
}

TEST_CASE("a damaged index is built again") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/index";
  ManualClock clock;
  MemoryLog log(clock, 4);
  append(log, story(1));
  { catch_up(*opened(path, log)); }
  for (const auto& file : std::filesystem::directory_iterator(path))
    if (file.path().filename().string().starts_with("MANIFEST")) std::ofstream(file.path()) << "no manifest";
  const auto index = opened(path, log);
  CHECK_FALSE(index->ready());
  catch_up(*index);
  HistoryQuestion question = all_of(log);
  question.contact = Token{token("ann")};
  CHECK(offsets(log, index.get(), question) == by_looking_at_all(log, question));
}
