#include "core/log/kafka_copy.hpp"

#include <algorithm>
#include <deque>

#include "core/json.hpp"
#include "core/log/kafka_lanes.hpp"
#include "core/log/kafka_producer.hpp"
#include "core/log/kafka_topics.hpp"
#include "core/log/recorded_times.hpp"

namespace trunkline {
namespace {

using namespace std::chrono;

constexpr std::size_t batch_bytes = 2 << 20;
constexpr std::size_t batches_in_flight = 4;

std::string where(Position at) {
  return "offset " + std::to_string(at.next.value()) + " of partition " +
         std::to_string(at.partition.value());
}

std::uint64_t sum(const std::vector<Position>& ends) {
  std::uint64_t records = 0;
  for (const Position& end : ends) records += end.next.value();
  return records;
}

// One partition's records on their way, several batches at once: the idempotent producer keeps their order.
class PartitionCopy {
 public:
  PartitionCopy(Log& from, kafka::Producer& producer, Position at)
      : from_(from), producer_(producer), at_(at) {}
  ~PartitionCopy() {  // what is under way refers to our memory
    for (const auto& sent : under_way_) (void)sent->delivery.wait(producer_);
  }

  // Sends what follows and settles what is done. The records settled since the last call; 0 when all are.
  Result<std::uint64_t> step() {
    while (!read_all_ && under_way_.size() < batches_in_flight)
      if (const Status sent = send_next(); !sent) return sent.error();
    if (under_way_.empty()) return std::uint64_t{0};
    const auto sent = std::move(under_way_.front());
    under_way_.pop_front();
    const auto positions = sent->delivery.wait(producer_);
    if (!positions) return positions.error();
    for (std::size_t i = 0; i < positions->size(); ++i)
      if ((*positions)[i].next != sent->batch[i].offset)
        return must_stop("not_empty", "somebody else writes into the topic: a record came to " +
                                          where((*positions)[i]) + " instead of " +
                                          std::to_string(sent->batch[i].offset.value()));
    return std::uint64_t{positions->size()};
  }

 private:
  struct Sent {
    explicit Sent(RecordBatch records) : batch(std::move(records)), delivery(batch.size()) {}
    RecordBatch batch;
    kafka::Delivery delivery;
  };

  Status send_next() {
    auto batch = from_.read(at_, batch_bytes);
    if (!batch) return batch.error();
    read_all_ = batch->empty();
    if (read_all_) return done();
    std::vector<std::pair<std::string, Time>> envelopes;
    for (std::size_t i = 0; i < batch->size(); ++i) {
      const auto parsed = parser_.parse((*batch)[i].document);
      const auto object = parsed ? parsed->as_object() : json::Found<json::Object>{};
      const auto recorded = object ? parse_time(object->string("recordedtime").value_or("")) : std::nullopt;
      const auto tenant = object ? object->string("tenantid") : std::nullopt;
      if (!recorded || !tenant) return must_stop("stored_event", "no stored event at " + where(at_));
      envelopes.emplace_back(*tenant, *recorded);
    }
    at_.next = at_.next + batch->size();
    under_way_.push_back(std::make_unique<Sent>(std::move(*batch)));
    Sent& sent = *under_way_.back();
    for (std::size_t i = 0; i < envelopes.size(); ++i)
      producer_.send(sent.delivery, i,
                     {at_.partition, envelopes[i].first, sent.batch[i].document,
                      floor<milliseconds>(envelopes[i].second).time_since_epoch().count()});
    return done();
  }

  Log& from_;
  kafka::Producer& producer_;
  Position at_;
  bool read_all_ = false;
  json::Parser parser_;
  std::deque<std::unique_ptr<Sent>> under_way_;
};

class Copy {
 public:
  Copy(Log& from, const KafkaSettings& to, const std::function<void(const CopyProgress&)>& progress)
      : from_(from), to_(to), progress_(progress), ends_(from.ends()) {}

  Result<Tally> run() {
    if (const Status ready = begin(); !ready) return ready.error();
    auto copied = copy();
    if (!copied) return copied.error();
    auto tally = compare();
    if (!tally) return tally.error();
    const Status noted = kafka::note(to_, R"({"copy":"complete","records":)" + std::to_string(tally->count) +
                                              R"(,"digest":")" + tally->sum.text() + R"("})");
    if (!noted) return noted.error();
    return tally;
  }

 private:
  Status begin() {
    const auto topics = check_kafka_topics(to_);
    if (!topics) return topics.error();
    if (!topics->faults.empty()) return must_stop("kafka_settings", topics->faults.front());
    if (topics->partitions != from_.partitions())
      return must_stop("kafka_settings",
                       "the topic " + to_.topic + " has " + std::to_string(topics->partitions) +
                           " partitions and the journal " + std::to_string(from_.partitions()));
    const auto identity = kafka::identify(to_, from_.partitions(), from_.id(), kafka::Beginning::as_a_copy);
    if (!identity) return identity.error();
    if (identity->journal != from_.id())
      return must_stop("not_empty", "the topic " + to_.topic + " already is the journal " +
                                        identity->journal.value() +
                                        "; a journal is copied into an empty one");
    return done();
  }

  Status copy() {
    const auto client = kafka::Client::consumer(to_);
    if (!client) return client.error();
    const auto there = kafka::query_ends(*client, to_.topic, from_.partitions(), to_.read_timeout_ms);
    if (!there) return there.error();
    const auto producer = kafka::Producer::open(to_, to_.topic);
    if (!producer) return producer.error();
    CopyProgress at{CopyProgress::Stage::copying, sum(*there), sum(ends_)};
    progress_(at);
    for (const Position& begin : *there) {
      if (begin.next > ends_[begin.partition.value()].next)
        return must_stop("not_empty",
                         "the topic " + to_.topic + " already holds more than the journal: " + where(begin));
      PartitionCopy partition(from_, **producer, begin);
      for (;;) {
        const auto settled = partition.step();
        if (!settled) return settled.error();
        if (*settled == 0) break;
        at.records += *settled;
        progress_(at);
      }
    }
    return done();
  }

  Result<Tally> compare() {
    kafka::Lanes lanes(to_, from_.partitions());
    CopyProgress at{CopyProgress::Stage::comparing, 0, sum(ends_)};
    Tally tally;
    for (const Position& end : ends_)
      for (Position next{end.partition, Offset{0}}; next.next < end.next;) {
        const auto compared = compare_batch(lanes, next, end.next, tally);
        if (!compared) return compared.error();
        next.next = *compared;
        at.records = tally.count;
        progress_(at);
      }
    return tally;
  }

  // Both sides give as many records as they like: what both gave is compared.
  Result<Offset> compare_batch(kafka::Lanes& lanes, Position at, Offset end, Tally& tally) {
    const auto original = from_.read(at, batch_bytes);
    if (!original) return original.error();
    while (at.next < end && at.next < (*original)[0].offset + original->size()) {
      const auto copied =
          lanes.read(at, batch_bytes, steady_clock::now() + milliseconds{to_.read_timeout_ms});
      if (!copied) return copied.error();
      for (std::size_t i = 0; i < copied->size(); ++i, at.next = at.next + 1) {
        const std::uint64_t place = at.next.value() - (*original)[0].offset.value();
        if (place >= original->size()) return at.next;
        if ((*copied)[i].document != (*original)[place].document)
          return must_stop("not_empty", "the record at " + where(at) + " is not the journal's");
        tally.add((*copied)[i].document);
      }
    }
    return at.next;
  }

  Log& from_;
  const KafkaSettings to_;
  const std::function<void(const CopyProgress&)>& progress_;
  const std::vector<Position> ends_;
};

}  // namespace

Result<Tally> copy_journal_to_kafka(Log& from, const KafkaSettings& to,
                                    const std::function<void(const CopyProgress&)>& progress) {
  return Copy(from, to, progress).run();
}

}  // namespace trunkline
