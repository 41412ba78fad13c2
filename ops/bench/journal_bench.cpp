// The embedded journal beside a bare RocksDB loop with the same options, batches and syncs, in the same run.
//
//   journal_bench [--seconds S] [--rounds R] [--directory D]
//
// Appends: W writers, each appending batches of B documents of some 600 bytes for S seconds; acknowledged
// after fsync on both sides. The bare loop's writers call DB::Write themselves (RocksDB groups them). Scans:
// everything appended, from its tables, by read() and by a bare iterator, per second of CPU. Medians of R
// rounds, ours and bare in turns.
#include <rocksdb/write_batch.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/log/rocks_log.hpp"
#include "core/log/rocks_store.hpp"

using namespace trunkline;

namespace {

struct Plan {
  double seconds = 2;
  int rounds = 3;
  std::string directory;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "journal_bench: %s\n", why.c_str());
  std::exit(1);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Documents like a call's: fixed names, random tokens and ids, so that they compress like the real ones.
std::vector<Draft> make_documents(std::size_t count) {
  std::mt19937_64 random{42};
  const auto letters = [&](std::size_t n) {
    std::string text;
    while (text.size() < n) text.push_back("abcdefghijklmnopqrstuvwxyz0123456789"[random() % 36]);
    return text;
  };
  std::vector<Draft> documents;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text =
        R"({"specversion":"1.0","id":")" + letters(20) +
        R"(","source":"/retell/agents","type":"call.ended","subject":"call_)" + letters(16) +
        R"(","time":"2026-11-21T10:00:00.000000Z","dataschema":"urn:trunkline:call.ended:1",)" +
        R"("tenantid":"tenant","contacts":"p_)" + letters(22) + R"(","recordedtime":")";
    const std::size_t gap = text.size();
    text += std::string(formatted_time_size, ' ') + R"(","contenthash":")" + letters(32) +
            R"(","data":{"agent_id":"agent-7","direction":"outbound","duration_ms":261000,"disposition":)" +
            R"("reached","personal":{"token":"p_)" + letters(22) + R"(","version":1,"box":")" + letters(110) +
            R"("}}})";
    documents.push_back({TenantId{"tenant"}, std::move(text), gap});
  }
  return documents;
}

// Runs `write` (one batch, its size as answer) on that many threads; documents per second.
double rate(std::size_t writers, double seconds, const std::function<void(std::size_t writer)>& write,
            std::size_t batch) {
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> written = 0;
  std::vector<std::jthread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t writer = 0; writer < writers; ++writer)
    threads.emplace_back([&, writer] {
      while (!stop) {
        write(writer);
        written += batch;
      }
    });
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  threads.clear();
  return static_cast<double>(written) /
         std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string tenant_of(std::size_t writer) {
  return "tenant-" + std::to_string(writer % 40);
}

double append_ours(const Plan& plan, const std::vector<Draft>& documents, std::size_t writers,
                   std::size_t batch) {
  const SystemClock clock;
  const std::string directory = plan.directory + "/ours";
  std::filesystem::remove_all(directory);
  const auto log = RocksLog::open({.directory = directory}, clock);
  if (!log) give_up(log.error().message);
  return rate(
      writers, plan.seconds,
      [&](std::size_t writer) {
        thread_local std::size_t at = writer * 7919;
        std::vector<Draft> drafts;
        drafts.reserve(batch);
        for (std::size_t i = 0; i < batch; ++i) {
          const Draft& document = documents[at++ % documents.size()];
          drafts.push_back({TenantId{tenant_of(writer)}, document.document, document.recordedtime_at});
        }
        if (!(*log)->append(std::move(drafts))) give_up("an append failed");
      },
      batch);
}

// The same options but those for a single writer: here many threads write.
struct BareStore {
  explicit BareStore(const std::string& directory) {
    rocksdb::DBOptions options = journal_database_options(nullptr);
    options.create_if_missing = options.create_missing_column_families = true;
    options.allow_concurrent_memtable_write = options.enable_write_thread_adaptive_yield = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> names{{"default", {}}};
    for (std::uint32_t i = 0; i < default_partitions; ++i) {
      names.emplace_back(partition_name(Partition{i}), journal_partition_options(Compression::lz4));
      names.back().options.memtable_insert_with_hint_prefix_extractor.reset();
    }
    rocksdb::DB* opened = nullptr;
    if (!rocksdb::DB::Open(options, directory, names, &families, &opened).ok()) give_up("the bare store");
    database.reset(opened);
    if (!database->DestroyColumnFamilyHandle(families.front()).ok()) give_up("the bare store");
    families.erase(families.begin());
  }
  BareStore(const BareStore&) = delete;
  ~BareStore() {
    for (auto* family : families) (void)database->DestroyColumnFamilyHandle(family);
  }
  std::unique_ptr<rocksdb::DB> database;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
};

// The least that any RocksDB log must do: no times, no order of acknowledgement, offsets taken before the
// write.
double append_bare(const Plan& plan, const std::vector<Draft>& documents, std::size_t writers,
                   std::size_t batch) {
  const std::string directory = plan.directory + "/bare";
  std::filesystem::remove_all(directory);
  const BareStore store(directory);
  std::vector<std::atomic<std::uint64_t>> next(default_partitions);
  return rate(
      writers, plan.seconds,
      [&](std::size_t writer) {
        thread_local std::size_t at = writer * 7919;
        const Partition partition = partition_of(TenantId{tenant_of(writer)}, default_partitions);
        rocksdb::WriteBatch writes;
        for (std::size_t i = 0; i < batch; ++i)
          if (!writes
                   .Put(store.families[partition.value()],
                        OffsetKey(Offset{next[partition.value()]++}).slice(),
                        documents[at++ % documents.size()].document)
                   .ok())
            give_up("a put failed");
        rocksdb::WriteOptions synced;
        synced.sync = true;
        if (!store.database->Write(synced, &writes).ok()) give_up("a write failed");
      },
      batch);
}

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Of this thread's CPU: the files are in the page cache, and what else the machine does is not measured.
double seconds_of(const std::function<std::uint64_t()>& work, std::uint64_t& sum) {
  const double start = thread_seconds();
  sum = work();
  return thread_seconds() - start;
}

std::uint64_t scan_ours(RocksLog& log, std::size_t bytes_max) {
  std::uint64_t bytes = 0;
  for (const Position& end : log.ends())
    for (Position at{end.partition, Offset{0}}; at.next < end.next;) {
      const auto batch = log.read(at, bytes_max);
      if (!batch) give_up(batch.error().message);
      for (std::size_t i = 0; i < batch->size(); ++i) bytes += (*batch)[i].document.size();
      at.next = at.next + batch->size();
    }
  return bytes;
}

std::uint64_t scan_bare(const RocksStore& store) {
  std::uint64_t bytes = 0;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  for (std::uint32_t i = 0; i < store.partitions(); ++i) {
    const std::unique_ptr<rocksdb::Iterator> at(
        store.database().NewIterator(options, store.family(Partition{i})));
    for (at->SeekToFirst(); at->Valid(); at->Next()) bytes += at->value().size();
  }
  return bytes;
}

void report(const std::string& what, double ours, double bare) {
  std::printf("%-34s %10.0f/s   bare %10.0f/s   %5.1f %%\n", what.c_str(), ours, bare, 100 * ours / bare);
  std::fflush(stdout);
}

void measure_appends(const Plan& plan, const std::vector<Draft>& documents) {
  const std::pair<std::size_t, std::size_t> cases[] = {{1, 1}, {16, 10}, {64, 100}};
  for (const auto& [writers, batch] : cases) {
    std::vector<double> ours, bare;
    for (int round = 0; round < plan.rounds; ++round) {
      ours.push_back(append_ours(plan, documents, writers, batch));
      bare.push_back(append_bare(plan, documents, writers, batch));
    }
    report("append " + std::to_string(writers) + " x " + std::to_string(batch), median(ours), median(bare));
  }
}

// The last append's journal, opened anew: a start moves what the write-ahead log holds into tables.
void measure_scans(const Plan& plan) {
  const SystemClock clock;
  const std::string directory = plan.directory + "/ours";
  for (const std::size_t kibibytes : {64, 1024}) {
    std::vector<double> ours, bare;
    for (int round = 0; round < plan.rounds; ++round) {
      std::uint64_t bytes_ours = 0, bytes_bare = 0;
      double records = 0;
      {
        auto log = RocksLog::open({.directory = directory}, clock);
        if (!log) give_up(log.error().message);
        for (const Position& end : (*log)->ends()) records += static_cast<double>(end.next.value());
        ours.push_back(records / seconds_of([&] { return scan_ours(**log, kibibytes * 1024); }, bytes_ours));
      }
      const auto store = RocksStore::open({.directory = directory});
      if (!store) give_up(store.error().message);
      bare.push_back(records / seconds_of([&] { return scan_bare(**store); }, bytes_bare));
      if (bytes_ours != bytes_bare) give_up("the scans saw different records");
    }
    report("scan, read() of " + std::to_string(kibibytes) + " KiB", median(ours), median(bare));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  plan.directory =
      (std::filesystem::temp_directory_path() / ("journal_bench-" + std::to_string(::getpid()))).string();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--seconds") plan.seconds = std::stod(argv[i + 1]);
    if (option == "--rounds") plan.rounds = std::stoi(argv[i + 1]);
    if (option == "--directory") plan.directory = argv[i + 1];
  }
  std::filesystem::create_directories(plan.directory);
  const auto documents = make_documents(20'000);
  std::printf("documents of %zu bytes, medians of %d rounds of %.1f s\n", documents[0].document.size(),
              plan.rounds, plan.seconds);
  measure_appends(plan, documents);
  measure_scans(plan);
  std::filesystem::remove_all(plan.directory);
  return 0;
}
