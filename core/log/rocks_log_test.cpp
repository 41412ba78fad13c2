#include "core/log/rocks_log.hpp"

#include <doctest/doctest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/log/open_log.hpp"
#include "core/log/rocks_store.hpp"
#include "tests/log_drafts.hpp"
#include "tests/log_kinds.hpp"

using namespace trunkline;

namespace {

Error refusal_of(const RocksSettings& settings) {
  const ManualClock clock;
  const auto log = RocksLog::open(settings, clock);
  REQUIRE_FALSE(log.ok());
  return log.error();
}

}  // namespace

TEST_CASE("a journal is opened only with the number of partitions that it was made with") {
  RocksKind kind;
  kind.open(4).reset();
  const auto refusal = refusal_of({.directory = kind.directory.path() + "/journal", .partitions = 8});
  CHECK(refusal.fault == Fault::stop);
  CHECK(refusal.code == "journal_partitions");
  CHECK(refusal.message.find("made with 4") != std::string::npos);
  CHECK(kind.open(4)->partitions() == 4);
}

TEST_CASE("while somebody has the journal open, another is told so and may try again") {
  RocksKind kind;
  const auto log = kind.open();
  const auto refusal = refusal_of({.directory = kind.directory.path() + "/journal", .partitions = 4});
  CHECK(refusal.fault == Fault::retry);
  CHECK(refusal.code == "journal_in_use");
}

TEST_CASE("a RocksDB database that is no journal is left alone") {
  const TemporaryDirectory directory;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(options, directory.path(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  SUBCASE("with contents of its own") {
    REQUIRE(database->Put({}, "somebody", "else's").ok());
  }
  SUBCASE("with a column family of its own") {
    rocksdb::ColumnFamilyHandle* family = nullptr;
    REQUIRE(database->CreateColumnFamily({}, "theirs", &family).ok());
    database->DestroyColumnFamilyHandle(family);
  }
  SUBCASE("with an identity that is none") {
    REQUIRE(database->Put({}, "journal", R"({"format":2})").ok());
  }
  REQUIRE(database->Close().ok());
  const auto refusal = refusal_of({.directory = directory.path(), .partitions = 4});
  CHECK(refusal.fault == Fault::stop);
  CHECK(refusal.code == "journal_foreign");
}

TEST_CASE("a first start that was cut short is taken up again") {
  const TemporaryDirectory directory;
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open(options, directory.path(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    rocksdb::ColumnFamilyHandle* family = nullptr;
    REQUIRE(database->CreateColumnFamily({}, partition_name(Partition{0}), &family).ok());
    database->DestroyColumnFamilyHandle(family);
  }
  const ManualClock clock;
  const auto log = RocksLog::open({.directory = directory.path(), .partitions = 4}, clock);
  REQUIRE(log.ok());
  CHECK((*log)->append(drafts(draft("ann", "1"))).ok());
}

TEST_CASE("a damaged journal file is a reason to stop, found at the start or by the reader") {
  RocksKind kind;
  const std::string directory = kind.directory.path() + "/journal";
  {
    const auto store = RocksStore::open({.directory = directory, .partitions = 1});
    REQUIRE(store.ok());
    for (std::uint64_t i = 0; i < 2000; ++i) {
      Draft stored = draft("ann", std::to_string(i), 500);
      stored.document.replace(stored.recordedtime_at, formatted_time_size, format_time(from_micros(0)));
      REQUIRE((*store)
                  ->database()
                  .Put({}, (*store)->family(Partition{0}), OffsetKey(Offset{i}).slice(), stored.document)
                  .ok());
    }
    REQUIRE((*store)->database().Flush({}, (*store)->family(Partition{0})).ok());
  }
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == ".sst") {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(200);
      file.write("damage", 6);
    }
  const auto log = RocksLog::open({.directory = directory, .partitions = 1}, kind.clock);
  const auto batch =
      log ? (*log)->read({Partition{0}, Offset{0}}, 1 << 20) : Result<RecordBatch>(log.error());
  REQUIRE_FALSE(batch.ok());
  CHECK(batch.error().fault == Fault::stop);
  CHECK(batch.error().code == "journal_corrupt");
}

TEST_CASE("a missing record is a reason to stop, not one to skip") {
  RocksKind kind;
  const std::string directory = kind.directory.path() + "/journal";
  { REQUIRE(kind.open(1)->append(drafts(draft("ann", "0"), draft("ann", "1"), draft("ann", "2"))).ok()); }
  {
    const auto store = RocksStore::open({.directory = directory, .partitions = 1});
    REQUIRE(store.ok());
    REQUIRE(
        (*store)->database().Delete({}, (*store)->family(Partition{0}), OffsetKey(Offset{1}).slice()).ok());
  }
  const auto log = kind.open(1);
  const auto batch = log->read({Partition{0}, Offset{0}}, 1 << 20);
  REQUIRE_FALSE(batch.ok());
  CHECK(batch.error().fault == Fault::stop);
  CHECK(log->position_at(Partition{0}, Time::max()).error().fault == Fault::stop);
}

TEST_CASE("a journal says how much it holds, and every compression reads back") {
  for (const char* name : {"none", "lz4", "zstd"}) {
    CAPTURE(name);
    const TemporaryDirectory directory;
    const ManualClock clock;
    const LogSettings settings{.kind = LogKind::embedded,
                               .directory = directory.path() + "/data/journal",
                               .partitions = 2,
                               .compression = *parse_compression(name)};
    auto log = open_log(settings, clock);
    REQUIRE(log.ok());
    for (int i = 0; i < 50; ++i) REQUIRE((*log)->append(drafts(draft("ann", std::to_string(i), 3000))).ok());
    CHECK(records_in(**log) == 50);
    CHECK(journal_disk_bytes(settings.directory) > 100'000);
    log->reset();  // a start flushes what the last run left in the write-ahead log
    log = open_log(settings, clock);
    REQUIRE(log.ok());
    CHECK(ids_from(**log, {partition_of(TenantId{"ann"}, 2), Offset{0}}).size() == 50);
  }
  CHECK_FALSE(parse_compression("gzip").ok());
  CHECK_FALSE(parse_log_kind("pigeon").ok());
}

TEST_SUITE("concurrent log") {
  TEST_CASE("appends larger than the queue go through one after the other") {
    RocksKind kind;
    const auto log = kind.open(1);
    std::atomic<int> acknowledged = 0;
    {
      std::vector<std::jthread> writers;
      for (int writer = 0; writer < 6; ++writer)
        writers.emplace_back([&] {
          std::vector<Draft> large;
          for (int i = 0; i < 10; ++i) large.push_back(draft("ann", "x", 600'000));
          if (log->append(std::move(large)).ok()) ++acknowledged;
        });
    }
    CHECK(acknowledged == 6);
    CHECK(log->ends()[0].next == Offset{60});
  }
}
