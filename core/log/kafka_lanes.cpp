#include "core/log/kafka_lanes.hpp"

#include <algorithm>

namespace trunkline::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t lanes_max = 16;
constexpr auto idle_max = 10s;

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
}

}  // namespace

Result<RecordBatch> Lanes::read(Position from, std::size_t bytes_max, Deadline deadline) {
  const auto stream = claim(from, deadline);
  if (!stream) return stream.error();
  auto batch = take(**stream, bytes_max, deadline);
  give_back(**stream, batch.ok());
  return batch;
}

Result<Lanes::Stream*> Lanes::claim(Position from, Deadline deadline) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (Stream* stream = stream_at(from)) {
      stream->busy = true;
      return stream;
    }
    const auto lane = lane_for(from.partition);
    if (!lane) return lane.error();
    if (*lane != nullptr) {
      auto& place = (*lane)->streams[from.partition.value()];
      place = std::make_unique<Stream>(Stream{(*lane)->consumer.queue(), from});
      if (const Status started = (*lane)->consumer.start(from.partition, from.next, place->queue); !started) {
        place.reset();
        return started.error();
      }
      return place.get();
    }
    if (released_.wait_until(lock, deadline) == std::cv_status::timeout)
      return try_again("busy", "too many readers catch up on one partition of the journal");
  }
}

Lanes::Stream* Lanes::stream_at(Position from) {
  for (const auto& lane : lanes_)
    if (const auto& stream = lane->streams[from.partition.value()];
        stream && !stream->busy && stream->at == from)
      return stream.get();
  return nullptr;
}

// A lane that does not read the partition, if need be by ending the stream that was idle longest; null: all
// are busy.
Result<Lanes::Lane*> Lanes::lane_for(Partition partition) {
  Lane* longest_idle = nullptr;
  for (const auto& lane : lanes_) {
    const auto& stream = lane->streams[partition.value()];
    if (!stream) return lane.get();
    if (!stream->busy && (!longest_idle || stream->used < longest_idle->streams[partition.value()]->used))
      longest_idle = lane.get();
  }
  if (lanes_.size() < lanes_max) {
    auto consumer = Consumer::open(settings_, settings_.topic, Patience::begins_anywhere);
    if (!consumer) return consumer.error();
    lanes_.push_back(std::make_unique<Lane>(Lane{std::move(*consumer), {}}));
    lanes_.back()->streams.resize(partitions_);
    return lanes_.back().get();
  }
  if (longest_idle != nullptr) end_stream(*longest_idle, partition);
  return longest_idle;
}

void Lanes::end_stream(Lane& lane, Partition partition) {
  lane.consumer.stop(partition);
  lane.streams[partition.value()].reset();
}

Result<RecordBatch> Lanes::take(Stream& stream, std::size_t bytes_max, Deadline deadline) {
  RecordBatch batch;
  if (stream.carried) batch = std::move(*std::exchange(stream.carried, std::nullopt));
  const Offset first = stream.at.next;
  Status taken = done();
  const auto sort_in = [&](const Fetched& fetched) {
    if (fetched.offset != first + batch.size()) {
      taken = hole_before(fetched);
      return FetchQueue::Next::stop;
    }
    if (batch.empty() || batch.bytes() + fetched.value.size() <= bytes_max) {
      batch.add(fetched.offset, fetched.value);
      return batch.bytes() < bytes_max ? FetchQueue::Next::more : FetchQueue::Next::stop;
    }
    stream.carried.emplace().add(fetched.offset, fetched.value);
    return FetchQueue::Next::stop;
  };
  if (!batch.empty() && batch.bytes() < bytes_max) {
    const Status more = stream.queue.take(0, sort_in);
    if (!more && taken) taken = more;
  }
  while (taken && batch.empty()) {
    if (Clock::now() >= deadline)
      return error_of(RD_KAFKA_RESP_ERR__TIMED_OUT, "reading the journal", trouble());
    const Status more = stream.queue.take(milliseconds_until(deadline), sort_in);
    if (!more && taken) taken = more;
  }
  if (!taken) return taken.error();
  stream.at.next = first + batch.size();
  return batch;
}

void Lanes::give_back(Stream& stream, bool usable) {
  const std::scoped_lock lock(mutex_);
  stream.busy = false;
  stream.used = Clock::now();
  if (!usable)
    for (const auto& lane : lanes_)
      if (lane->streams[stream.at.partition.value()].get() == &stream) {
        end_stream(*lane, stream.at.partition);
        break;
      }
  released_.notify_one();
}

void Lanes::end_idle_streams() {
  const auto now = Clock::now();
  const std::scoped_lock lock(mutex_);
  if (lanes_.empty() || now < next_look_) return;
  next_look_ = now + idle_max / 2;
  for (const auto& lane : lanes_)
    for (std::uint32_t i = 0; i < partitions_; ++i)
      if (const auto& stream = lane->streams[i]; stream && !stream->busy && now - stream->used > idle_max)
        end_stream(*lane, Partition{i});
  std::erase_if(lanes_, [](const auto& lane) {
    return std::ranges::none_of(lane->streams, [](const auto& stream) { return stream != nullptr; });
  });
}

std::string Lanes::trouble() {
  const std::scoped_lock lock(mutex_);
  return lanes_.empty() ? settings_.servers : lanes_.front()->consumer.client().trouble();
}

}  // namespace trunkline::kafka
