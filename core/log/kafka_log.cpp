#include "core/log/kafka_log.hpp"

#include <algorithm>

#include "core/log/journal_id.hpp"
#include "core/log/kafka_lanes.hpp"
#include "core/log/kafka_producer.hpp"
#include "core/log/kafka_tail.hpp"
#include "core/log/kafka_topics.hpp"

namespace trunkline {
namespace {

using namespace std::chrono;

std::int64_t kafka_time(Time time) {
  return std::max<std::int64_t>(0, floor<milliseconds>(time).time_since_epoch().count());
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string all;
  for (const std::string& sentence : sentences) all += (all.empty() ? "" : "; ") + sentence;
  return all;
}

Status check_identity(const kafka::Identity& identity, const std::string& topic) {
  if (!is_journal_id(identity.journal.value()))
    return must_stop("foreign_topic", "the topic " + topic + ".meta does not name a journal");
  if (identity.copying)
    return must_stop("copying", "a copy into " + topic + " was begun and is not complete: go on with it");
  return done();
}

}  // namespace

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(const KafkaSettings& settings, const Clock& clock) {
  const auto topics = check_kafka_topics(settings);
  if (!topics) return topics.error();
  if (!topics->faults.empty()) return must_stop("kafka_settings", joined(topics->faults));
  const auto identity = kafka::identify(settings, topics->partitions, new_journal_id());
  if (!identity) return identity.error();
  if (const Status checked = check_identity(*identity, settings.topic); !checked) return checked.error();
  auto asking = kafka::Client::consumer(settings);
  if (!asking) return asking.error();
  const auto ends = kafka::query_ends(*asking, settings.topic, topics->partitions, settings.read_timeout_ms);
  if (!ends) return ends.error();
  return std::unique_ptr<KafkaLog>(new KafkaLog(settings, clock, identity->journal, *ends,
                                                std::make_unique<kafka::Client>(std::move(*asking))));
}

KafkaLog::KafkaLog(const KafkaSettings& settings, const Clock& clock, JournalId id,
                   std::vector<Position> ends, std::unique_ptr<kafka::Client> asking)
    : settings_(settings),
      id_(std::move(id)),
      partitions_(static_cast<std::uint32_t>(ends.size())),
      asking_(std::move(asking)),
      ends_(std::make_unique<kafka::KnownEnds>(partitions_)),
      lanes_(std::make_unique<kafka::Lanes>(settings, partitions_)),
      times_(clock, partitions_),
      times_known_(partitions_, false) {
  ends_->learn(ends);
}

KafkaLog::~KafkaLog() = default;

Result<std::vector<Position>> KafkaLog::append(std::vector<Draft> drafts) {
  if (const Status checked = check_drafts(drafts); !checked) return checked.error();
  if (drafts.empty()) return std::vector<Position>{};
  kafka::Delivery delivery(drafts.size());
  const auto producer = send(drafts, delivery);
  if (!producer) return producer.error();
  auto positions = delivery.wait(**producer);
  if (!positions) return positions;
  std::vector<Position> ends = *positions;
  for (Position& end : ends) end.next = end.next + 1;
  ends_->learn(ends);
  return positions;
}

Result<std::shared_ptr<kafka::Producer>> KafkaLog::send(std::vector<Draft>& drafts,
                                                        kafka::Delivery& delivery) {
  const std::scoped_lock lock(appending_);
  if (!producer_ || producer_->broken())
    if (const Status opened = open_producer(); !opened) return opened.error();
  for (const Draft& draft : drafts)
    if (const Status known = continue_times(partition_of(draft.tenant, partitions_)); !known)
      return known.error();
  times_.look_at_the_clock();
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    Draft& draft = drafts[i];
    const Partition partition = partition_of(draft.tenant, partitions_);
    const Time recorded = times_.fill(draft, partition);
    producer_->send(delivery, i, {partition, draft.tenant.value(), draft.document, kafka_time(recorded)});
  }
  return producer_;
}

Status KafkaLog::open_producer() {
  auto opened = kafka::Producer::open(settings_, settings_.topic);
  if (!opened) return opened.error();
  producer_ = std::move(*opened);
  return done();
}

// A partition's times go on from its last record, whoever wrote it.
Status KafkaLog::continue_times(Partition partition) {
  if (times_known_[partition.value()]) return done();
  const auto end = ask_end(partition);
  if (!end) return end.error();
  if (*end > Offset{0}) {
    const auto last = lanes_->read({partition, Offset{end->value() - 1}}, 1, read_deadline());
    if (!last) return last.error();
    json::Parser parser;
    const auto newest = recorded_time(parser, (*last)[0].document);
    if (!newest) return newest.error();
    times_.continue_from(partition, *newest);
  }
  times_known_[partition.value()] = true;
  return done();
}

Result<Offset> KafkaLog::ask_end(Partition partition) {
  const auto end =
      kafka::query_time(*asking_, settings_.topic, partition, RD_KAFKA_OFFSET_END, settings_.read_timeout_ms);
  if (!end) return end.error();
  const Position known{partition, *end};
  ends_->learn(std::span(&known, 1));
  return *end;
}

Deadline KafkaLog::read_deadline() const {
  return steady_clock::now() + milliseconds{settings_.read_timeout_ms};
}

Result<RecordBatch> KafkaLog::read(Position from, std::size_t bytes_max) {
  const auto tail = follow();
  if (!tail) return tail.error();
  if (const auto failure = (*tail)->failure()) return *failure;
  auto behind = ends_->read().behind(from);
  if (!behind && behind.error().code == "beyond_end") {  // another process may have read further than we know
    if (const auto end = ask_end(from.partition); !end) return end.error();
    behind = ends_->read().behind(from);
  }
  if (!behind) return behind.error();
  lanes_->end_idle_streams();
  if (*behind == 0) return RecordBatch{};
  const Deadline deadline = read_deadline();
  auto recent = (*tail)->read(from, bytes_max, deadline);
  if (!recent) return recent.error();
  if (*recent) return std::move(**recent);
  auto batch = lanes_->read(from, bytes_max, deadline);
  if (batch) {
    const Position seen{from.partition, from.next + batch->size()};
    ends_->learn(std::span(&seen, 1));
  }
  return batch;
}

Result<kafka::Tail*> KafkaLog::follow() const {
  if (kafka::Tail* tail = tail_view_) return tail;
  const std::scoped_lock lock(following_);
  if (!tail_) {
    auto tail = kafka::Tail::follow(settings_, *ends_);
    if (!tail) return tail.error();
    tail_ = std::move(*tail);
    tail_view_ = tail_.get();
  }
  return tail_.get();
}

void KafkaLog::wait(std::span<const Position> any_of, Deadline deadline) {
  // A tail that cannot be started is told by read(); here the deadline bounds the waiting.
  (void)follow();
  ends_->waiting().wait(any_of, deadline);
}

void KafkaLog::wake() {
  ends_->waiting().wake();
}

std::vector<Position> KafkaLog::ends() const {
  (void)follow();
  return ends_->read().all();
}

Result<Position> KafkaLog::position_at(Partition partition, Time recorded) {
  auto found = kafka::query_time(*asking_, settings_.topic, partition, kafka_time(recorded),
                                 settings_.read_timeout_ms);
  if (!found) return found.error();
  // Kafka knows milliseconds: the records of the moment's own millisecond are looked at.
  Position at{partition, *found};
  json::Parser parser;
  for (;;) {
    const auto batch = read(at, 1 << 16);
    if (!batch) return batch.error();
    if (batch->empty()) return at;
    for (std::size_t i = 0; i < batch->size(); ++i) {
      const auto time = recorded_time(parser, (*batch)[i].document);
      if (!time) return time.error();
      if (*time >= recorded) return Position{partition, (*batch)[i].offset};
    }
    at.next = at.next + batch->size();
  }
}

}  // namespace trunkline
