#include "core/log/kafka_consumer.hpp"

#include <cerrno>

namespace trunkline::kafka {
namespace {

struct Handover {
  rd_kafka_t* client;
  FetchQueue::Next (*callback)(const void*, const Fetched&);
  const void* context;
  rd_kafka_resp_err_t failure = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void hand_over(rd_kafka_message_t* message, void* opaque) {
  auto& handover = *static_cast<Handover*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    handover.failure = message->err;
    rd_kafka_yield(handover.client);
    return;
  }
  const Fetched fetched{Partition{static_cast<std::uint32_t>(message->partition)},
                        Offset{static_cast<std::uint64_t>(message->offset)},
                        {static_cast<const char*>(message->payload), message->len},
                        rd_kafka_message_timestamp(message, nullptr)};
  if (handover.callback(handover.context, fetched) == FetchQueue::Next::stop) rd_kafka_yield(handover.client);
}

}  // namespace

// The callback form: it waits for the first message only (the batch form waits until the batch is full) and
// hands over the whole queue under one lock; after rd_kafka_yield() the rest stays queued.
Status FetchQueue::take_each(int timeout_ms, Callback callback, const void* context) {
  rd_kafka_poll(client_, 0);  // librdkafka's own complaints, or they pile up
  Handover handover{client_, callback, context};
  rd_kafka_consume_callback_queue(queue_.get(), timeout_ms, hand_over, &handover);
  if (handover.failure == RD_KAFKA_RESP_ERR_NO_ERROR) return done();
  return error_of(handover.failure, "reading the journal's topic");
}

Result<Consumer> Consumer::open(const KafkaSettings& settings, const std::string& topic, Patience patience) {
  const char* wait_ms = patience == Patience::follows_the_end ? "500" : "10";
  auto client = Client::consumer(settings, {{"fetch.wait.max.ms", wait_ms}});
  if (!client) return client.error();
  Consumer consumer{std::move(*client)};
  auto handle = consumer.client_.topic(topic);
  if (!handle) return handle.error();
  consumer.topic_ = std::move(*handle);
  consumer.name_ = topic;
  return consumer;
}

Status Consumer::start(Partition partition, Offset from, const FetchQueue& into) {
  if (rd_kafka_consume_start_queue(topic_.get(), static_cast<std::int32_t>(partition.value()),
                                   static_cast<std::int64_t>(from.value()), into.get()) == 0)
    return done();
  return error_of(rd_kafka_last_error(), "reading " + name_, client_.trouble());
}

void Consumer::stop(Partition partition) {
  rd_kafka_consume_stop(topic_.get(), static_cast<std::int32_t>(partition.value()));
}

Error hole_before(const Fetched& fetched) {
  return must_stop("hole", "partition " + std::to_string(fetched.partition.value()) +
                               " of the journal's topic has a hole before offset " +
                               std::to_string(fetched.offset.value()) +
                               ": records were deleted or compacted, or a transaction wrote into it");
}

Result<std::vector<std::string>> read_whole(const KafkaSettings& settings, const std::string& topic) {
  auto consumer = Consumer::open(settings, topic, Patience::begins_anywhere);
  if (!consumer) return consumer.error();
  const auto ends = query_ends(consumer->client(), topic, 1, settings.read_timeout_ms);
  if (!ends) return ends.error();
  std::vector<std::string> values;
  if (ends->front().next == Offset{0}) return values;
  FetchQueue queue = consumer->queue();
  if (const Status started = consumer->start(Partition{0}, Offset{0}, queue); !started)
    return started.error();
  Status taken = done();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds{settings.read_timeout_ms};
  while (taken && values.size() < ends->front().next.value()) {
    if (std::chrono::steady_clock::now() > deadline)
      taken = error_of(RD_KAFKA_RESP_ERR__TIMED_OUT, "reading " + topic, consumer->client().trouble());
    else
      taken = queue.take(100, [&](const Fetched& fetched) {
        values.emplace_back(fetched.value);
        return FetchQueue::Next::more;
      });
  }
  consumer->stop(Partition{0});
  if (!taken) return taken.error();
  return values;
}

}  // namespace trunkline::kafka
