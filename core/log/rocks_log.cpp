#include "core/log/rocks_log.hpp"

#include <algorithm>

#include "core/log/rocks_appender.hpp"
#include "core/log/rocks_store.hpp"

namespace trunkline {
namespace {

// What may wait in front of the appender; more than this and append() waits.
constexpr std::size_t queued_bytes_max = 16 * 1024 * 1024;

// What a read makes room for at first: a batch that grows copies what it has.
constexpr std::size_t usual_document_bytes = 600;

Error hole(Partition partition, Offset offset) {
  return must_stop("journal_corrupt", "the journal lacks record " + std::to_string(offset.value()) +
                                          " of partition " + std::to_string(partition.value()));
}

rocksdb::ReadOptions scan_options() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // what is scanned once would only push out the index blocks
  return options;
}

}  // namespace

Result<std::unique_ptr<RocksLog>> RocksLog::open(const RocksSettings& settings, const Clock& clock) {
  if (settings.partitions == 0)
    return must_stop("journal_partitions", "a journal has at least one partition");
  auto store = RocksStore::open(settings);
  if (!store) return store.error();
  std::unique_ptr<RocksLog> log(new RocksLog(std::move(*store), clock));
  if (const Status continued = log->continue_from_last(); !continued) return continued.error();
  log->thread_ = std::thread([appender = log->appender_.get()] { appender->run(); });
  return log;
}

RocksLog::RocksLog(std::unique_ptr<RocksStore> store, const Clock& clock)
    : store_(std::move(store)),
      ends_(store_->partitions()),
      queue_(queued_bytes_max),
      appender_(std::make_unique<RocksAppender>(*store_, ends_, queue_, clock)) {}

RocksLog::~RocksLog() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

// Whatever a crash has left is the journal: all of it was written in order, and what readers saw was synced.
Status RocksLog::continue_from_last() {
  json::Parser parser;
  std::vector<Position> found;
  for (std::uint32_t i = 0; i < store_->partitions(); ++i) {
    const Partition partition{i};
    const std::unique_ptr<rocksdb::Iterator> at(
        store_->database().NewIterator(scan_options(), store_->family(partition)));
    at->SeekToLast();
    if (!at->status().ok()) return rocks_error("reading the journal", at->status());
    if (!at->Valid()) continue;
    const auto last = OffsetKey::read(at->key());
    const auto recorded = recorded_time(parser, {at->value().data(), at->value().size()});
    if (!last || !recorded)
      return must_stop("journal_corrupt",
                       "the last record of partition " + std::to_string(i) + " is unreadable");
    found.push_back({partition, *last + 1});
    appender_->continue_from(found.back(), *recorded);
  }
  ends_.publish(found);
  return done();
}

JournalId RocksLog::id() const {
  return store_->id();
}

std::uint32_t RocksLog::partitions() const {
  return store_->partitions();
}

Result<std::vector<Position>> RocksLog::append(std::vector<Draft> drafts) {
  if (const Status checked = check_drafts(drafts); !checked) return checked.error();
  if (drafts.empty()) return std::vector<Position>{};
  const auto call = std::make_shared<AppendCall>();
  call->positions.reserve(drafts.size());
  for (const Draft& draft : drafts) {
    call->positions.push_back({partition_of(draft.tenant, partitions()), Offset{}});
    call->bytes += draft.document.size();
  }
  call->drafts = std::move(drafts);
  if (!queue_.push(call)) return try_again("journal", "the journal is being closed");
  call->wait();
  if (call->error) return *call->error;
  return std::move(call->positions);
}

Result<RecordBatch> RocksLog::read(Position from, std::size_t bytes_max) {
  const auto behind = ends_.behind(from);
  if (!behind) return behind.error();
  RecordBatch batch;
  if (*behind == 0) return batch;
  const std::unique_ptr<rocksdb::Iterator> at(
      store_->database().NewIterator(scan_options(), store_->family(from.partition)));
  const Offset end = from.next + *behind;
  const std::size_t expected = std::min(*behind * usual_document_bytes, bytes_max);
  batch.reserve(expected / usual_document_bytes + 1, expected);
  at->Seek(OffsetKey(from.next).slice());
  for (Offset offset = from.next; offset < end; offset = offset + 1, at->Next()) {
    if (!at->Valid() && !at->status().ok()) return rocks_error("reading the journal", at->status());
    if (!at->Valid() || OffsetKey::read(at->key()) != offset) return hole(from.partition, offset);
    const std::string_view document{at->value().data(), at->value().size()};
    if (!batch.empty() && batch.bytes() + document.size() > bytes_max) break;
    batch.add(offset, document);
  }
  return batch;
}

Result<Position> RocksLog::position_at(Partition partition, Time recorded) {
  const auto behind = ends_.behind({partition, Offset{0}});
  if (!behind) return behind.error();
  json::Parser parser;
  std::string document;
  const auto first = first_recorded_at(Offset{*behind}, recorded, [&](Offset offset) -> Result<Time> {
    const auto found =
        store_->database().Get({}, store_->family(partition), OffsetKey(offset).slice(), &document);
    if (found.IsNotFound()) return hole(partition, offset);
    if (!found.ok()) return rocks_error("reading the journal", found);
    return recorded_time(parser, document);
  });
  if (!first) return first.error();
  return Position{partition, *first};
}

}  // namespace trunkline
