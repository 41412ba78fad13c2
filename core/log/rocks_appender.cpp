#include "core/log/rocks_appender.hpp"

namespace trunkline {
namespace {

// One write: large enough that the sync does not count, small enough that memory stays bounded and nobody
// waits long.
constexpr std::size_t group_bytes_max = 4 * 1024 * 1024;

Error stopped(const Error& cause) {
  return must_stop("journal_stopped",
                   "the journal takes no more appends since a write failed and must be opened anew (" +
                       cause.message + ")");
}

}  // namespace

RocksAppender::RocksAppender(RocksStore& store, DurableEnds& ends, AppendQueue& queue, const Clock& clock)
    : store_(store),
      ends_(ends),
      queue_(queue),
      times_(clock, store.partitions()),
      batch_(std::make_unique<rocksdb::WriteBatch>()) {
  for (std::uint32_t i = 0; i < store.partitions(); ++i) next_.push_back({Partition{i}, Offset{0}});
}

void RocksAppender::continue_from(Position end, Time newest) {
  next_[end.partition.value()] = end;
  times_.continue_from(end.partition, newest);
}

void RocksAppender::run() {
  std::optional<Error> failure;
  for (;;) {
    const auto calls = queue_.take(group_bytes_max);
    if (calls.empty()) return;
    const Status written = failure ? Status(stopped(*failure)) : write(calls);
    if (written)
      ends_.publish(next_);
    else if (!failure)
      failure = written.error();
    for (const auto& call : calls) {
      if (!written) call->error = written.error();
      call->finish();
    }
  }
}

Status RocksAppender::write(std::span<const SharedAppendCall> calls) {
  if (batch_->Data().capacity() > 2 * group_bytes_max)
    batch_ = std::make_unique<rocksdb::WriteBatch>();  // one enormous call must not keep its memory
  batch_->Clear();
  times_.look_at_the_clock();
  for (const auto& call : calls) fill(*batch_, *call);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto status = store_.database().Write(synced, batch_.get());
  if (!status.ok()) return try_again("journal", "writing the journal: " + status.ToString());
  return done();
}

void RocksAppender::fill(rocksdb::WriteBatch& batch, AppendCall& call) {
  for (std::size_t i = 0; i < call.drafts.size(); ++i) {
    Draft& draft = call.drafts[i];
    Position& position = call.positions[i];
    Position& next = next_[position.partition.value()];
    position.next = next.next;
    next.next = next.next + 1;
    times_.fill(draft, position.partition);
    batch.Put(store_.family(position.partition), OffsetKey(position.next).slice(), draft.document);
  }
}

}  // namespace trunkline
