#include "core/log/kafka_tail.hpp"

#include <algorithm>

namespace trunkline::kafka {
namespace {

constexpr int arrival_wait_ms = 1000;             // ended at once by an arrival, and by interrupt()
constexpr std::size_t chunk_bytes_max = 4 << 20;  // readers see a chunk when it is complete

// Copies what fits, at least one record.
RecordBatch cut(const RecordBatch& chunk, std::size_t from, std::size_t bytes_max) {
  std::size_t until = from, bytes = 0;
  while (until < chunk.size() && (until == from || bytes + chunk[until].document.size() <= bytes_max))
    bytes += chunk[until++].document.size();
  RecordBatch batch;
  batch.reserve(until - from, bytes);
  for (std::size_t i = from; i < until; ++i) batch.add(chunk[i].offset, chunk[i].document);
  return batch;
}

Offset end_of(const RecordBatch& chunk) {
  return chunk[chunk.size() - 1].offset + 1;
}

}  // namespace

void KnownEnds::learn(std::span<const Position> ends) {
  const std::scoped_lock lock(mutex_);
  std::vector<Position> newest = ends_.all();
  bool moved = false;
  for (const Position& end : ends) {
    Offset& known = newest[end.partition.value()].next;
    moved = moved || end.next > known;
    known = std::max(known, end.next);
  }
  if (moved) ends_.publish(newest);
}

RecentRecords::RecentRecords(std::span<const Position> from, std::size_t bytes_max)
    : bytes_max_(bytes_max), kept_(from.size()) {
  for (const Position& start : from) kept_[start.partition.value()].next = start.next;
}

void RecentRecords::add(Partition partition, RecordBatch chunk) {
  const std::scoped_lock lock(mutex_);
  Kept& kept = kept_[partition.value()];
  kept.next = end_of(chunk);
  bytes_ += chunk.bytes();
  kept.chunks.push_back(std::make_shared<const RecordBatch>(std::move(chunk)));
  arrivals_.push_back(partition);
  shrink();
  arrived_.notify_all();
}

void RecentRecords::shrink() {
  while (bytes_ > bytes_max_ && !arrivals_.empty()) {
    auto& oldest = kept_[arrivals_.front().value()].chunks;
    bytes_ -= oldest.front()->bytes();
    oldest.pop_front();
    arrivals_.pop_front();
  }
}

void RecentRecords::fail(Error error) {
  const std::scoped_lock lock(mutex_);
  failure_ = std::move(error);
  arrived_.notify_all();
}

std::optional<Error> RecentRecords::failure() const {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

Result<std::optional<RecordBatch>> RecentRecords::read(Position from, std::size_t bytes_max,
                                                       Deadline deadline) {
  std::unique_lock lock(mutex_);
  const Kept& kept = kept_[from.partition.value()];
  const auto oldest = [&] { return kept.chunks.empty() ? kept.next : (*kept.chunks.front())[0].offset; };
  if (from.next < oldest()) return std::optional<RecordBatch>{};
  if (!arrived_.wait_until(lock, deadline, [&] { return kept.next > from.next || failure_; }))
    return try_again("kafka", "records that the broker has acknowledged do not arrive");
  if (failure_) return *failure_;
  if (from.next < oldest()) return std::optional<RecordBatch>{};  // gone while we waited
  const auto chunk = *std::ranges::lower_bound(kept.chunks, from.next, std::less_equal{},
                                               [](const Chunk& each) { return end_of(*each); });
  lock.unlock();
  return std::optional{cut(*chunk, from.next.value() - (*chunk)[0].offset.value(), bytes_max)};
}

Tail::Tail(Consumer consumer, KnownEnds& ends, std::vector<Position> from, std::size_t bytes_max)
    : consumer_(std::move(consumer)),
      queue_(consumer_.queue()),
      ends_(ends),
      at_(from),
      recent_(from, bytes_max) {}

Result<std::unique_ptr<Tail>> Tail::follow(const KafkaSettings& settings, KnownEnds& ends) {
  auto consumer = Consumer::open(settings, settings.topic, Patience::follows_the_end);
  if (!consumer) return consumer.error();
  std::unique_ptr<Tail> tail{new Tail(std::move(*consumer), ends, ends.read().all(), settings.recent_bytes)};
  for (const Position& start : tail->at_)
    if (const Status started = tail->consumer_.start(start.partition, start.next, tail->queue_); !started)
      return started.error();
  tail->thread_ = std::thread([self = tail.get()] { self->run(); });
  return tail;
}

Tail::~Tail() {
  stopping_ = true;
  queue_.interrupt();
  if (thread_.joinable()) thread_.join();
  for (const Position& at : at_) consumer_.stop(at.partition);
}

void Tail::run() {
  while (!stopping_)
    if (const Status taken = take_arrivals(); !taken && taken.error().fault == Fault::stop) {
      recent_.fail(taken.error());
      ends_.waiting().wake();
      return;
    }
}

Status Tail::take_arrivals() {
  std::vector<RecordBatch> arrived(at_.size());
  std::size_t bytes = 0;
  std::optional<Error> hole;
  Status taken = queue_.take(arrival_wait_ms, [&](const Fetched& fetched) {
    Offset& next = at_[fetched.partition.value()].next;
    if (fetched.offset != next) {
      hole = hole_before(fetched);
      return FetchQueue::Next::stop;
    }
    next = next + 1;
    arrived[fetched.partition.value()].add(fetched.offset, fetched.value);
    bytes += fetched.value.size();
    return bytes < chunk_bytes_max ? FetchQueue::Next::more : FetchQueue::Next::stop;
  });
  std::vector<Position> ends;
  for (std::uint32_t i = 0; i < arrived.size(); ++i)
    if (!arrived[i].empty()) {
      recent_.add(Partition{i}, std::move(arrived[i]));
      ends.push_back(at_[i]);
    }
  ends_.learn(ends);
  if (hole) return *hole;
  return taken;
}

}  // namespace trunkline::kafka
