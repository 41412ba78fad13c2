// The embedded journal: the log port on RocksDB, in this process, for one machine.
//
// Durability: append() returns after fsync. Concurrent appends share one (group commit): one appender thread
// takes everything queued, assigns offsets, writes one batch, syncs once, and only then moves the durable
// end, which is as far as readers see. After a failed write or sync nobody knows what the disk holds: the
// calls of that group fail with retry, every later append with stop "journal_stopped"; reading goes on;
// opening anew finds out. Retention is for ever: nothing is deleted, and with one compression setting nothing
// is rewritten either.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/log/append_queue.hpp"
#include "core/log/durable_ends.hpp"
#include "core/log/log.hpp"

namespace rocksdb {
class Env;
}

namespace trunkline {

class RocksAppender;
class RocksStore;

enum class Compression { none, lz4, zstd };

struct RocksSettings {
  std::string directory;
  std::uint32_t partitions = default_partitions;
  Compression compression = Compression::lz4;  // zstd halves the disk again and halves the speed
  rocksdb::Env* env = nullptr;                 // the machine's; tests give one that fails. Outlives the log.
};

class RocksLog final : public Log {
 public:
  // Opens the journal in this directory, or makes it. The clock outlives the log.
  // Errors: retry "journal_in_use" (another process has it), retry "journal" (disk), stop
  // "journal_partitions" (made with another number), stop "journal_foreign" (another database), stop
  // "journal_corrupt".
  static Result<std::unique_ptr<RocksLog>> open(const RocksSettings& settings, const Clock& clock);
  ~RocksLog() override;  // appends what is queued; nobody may be in a call

  JournalId id() const override;
  std::uint32_t partitions() const override;
  Result<std::vector<Position>> append(std::vector<Draft> drafts) override;
  Result<RecordBatch> read(Position from, std::size_t bytes_max) override;
  void wait(std::span<const Position> any_of, Deadline deadline) override { ends_.wait(any_of, deadline); }
  void wake() override { ends_.wake(); }
  std::vector<Position> ends() const override { return ends_.all(); }
  Result<Position> position_at(Partition partition, Time recorded) override;

 private:
  RocksLog(std::unique_ptr<RocksStore> store, const Clock& clock);
  Status continue_from_last();

  std::unique_ptr<RocksStore> store_;
  DurableEnds ends_;
  AppendQueue queue_;
  std::unique_ptr<RocksAppender> appender_;
  std::thread thread_;
};

}  // namespace trunkline
