#include "core/log/kafka_producer.hpp"

#include <algorithm>
#include <array>

namespace trunkline::kafka {
namespace {

constexpr std::string_view content_type = "application/cloudevents+json; charset=UTF-8";
constexpr std::size_t headers_max = 8;
constexpr int report_wait_ms = 1000;  // ended at once by a report, and by rd_kafka_queue_yield

rd_kafka_vu_t argument(rd_kafka_vtype_t type) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  return argument;
}

}  // namespace

Result<std::vector<Position>> Delivery::wait(const Producer& producer) {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&] { return left_ == 0; });
  if (failure_) return error_of(*failure_, "appending to the journal's topic", producer.trouble());
  std::vector<Position> positions;
  positions.reserve(slots_.size());
  for (const Slot& slot : slots_) positions.push_back(slot.position);
  return positions;
}

void Delivery::finish(Slot& slot, rd_kafka_resp_err_t code, std::int64_t offset) {
  // Acknowledged as a duplicate whose offset the broker has forgotten: it is there, but we cannot say where.
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && offset < 0) code = RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER;
  slot.position.next = Offset{static_cast<std::uint64_t>(offset)};
  const std::scoped_lock lock(mutex_);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && !failure_) failure_ = code;
  if (--left_ == 0) finished_.notify_one();
}

Result<std::unique_ptr<Producer>> Producer::open(const KafkaSettings& settings, const std::string& topic,
                                                 const Properties& more) {
  Properties promised{{"enable.idempotence", "true"},
                      {"acks", "all"},
                      {"compression.type", settings.compression},
                      {"message.timeout.ms", std::to_string(settings.append_timeout_ms)}};
  promised.insert(promised.end(), more.begin(), more.end());
  auto client = Client::producer(settings, promised, delivered);
  if (!client) return client.error();
  std::unique_ptr<Producer> producer{new Producer(std::move(*client))};
  auto handle = producer->client_.topic(topic);
  if (!handle) return handle.error();
  producer->topic_ = std::move(*handle);
  producer->reports_ = std::thread([self = producer.get()] { self->serve_reports(); });
  return producer;
}

Producer::~Producer() {
  if (!reports_.joinable()) return;
  stopping_ = true;
  const Owned<rd_kafka_queue_t> queue{rd_kafka_queue_get_main(client_.get())};
  rd_kafka_queue_yield(queue.get());
  reports_.join();
}

void Producer::serve_reports() {
  while (!stopping_) rd_kafka_poll(client_.get(), report_wait_ms);
}

void Producer::send(Delivery& delivery, std::size_t slot, const Message& message) {
  Delivery::Slot& ours = delivery.slots_[slot];
  ours = {&delivery, {message.partition, Offset{0}}};
  std::array<rd_kafka_vu_t, 7 + headers_max> arguments = {
      argument(RD_KAFKA_VTYPE_RKT),   argument(RD_KAFKA_VTYPE_PARTITION), argument(RD_KAFKA_VTYPE_VALUE),
      argument(RD_KAFKA_VTYPE_KEY),   argument(RD_KAFKA_VTYPE_TIMESTAMP), argument(RD_KAFKA_VTYPE_MSGFLAGS),
      argument(RD_KAFKA_VTYPE_OPAQUE)};
  arguments[0].u.rkt = topic_.get();
  arguments[1].u.i32 = static_cast<std::int32_t>(message.partition.value());
  arguments[2].u.mem = {const_cast<char*>(message.value.data()), message.value.size()};
  arguments[3].u.mem = {const_cast<char*>(message.key.data()), message.key.size()};
  arguments[4].u.i64 = message.timestamp_ms;
  arguments[5].u.i = RD_KAFKA_MSG_F_BLOCK;
  arguments[6].u.ptr = &ours;
  std::size_t count = 7;
  const auto add = [&](const char* name, std::string_view value) {
    arguments[count] = argument(RD_KAFKA_VTYPE_HEADER);
    arguments[count++].u.header = {name, value.data(), static_cast<ssize_t>(value.size())};
  };
  if (message.headers.empty()) add("content-type", content_type);
  for (const auto& [name, value] : message.headers.first(std::min(message.headers.size(), headers_max)))
    add(name.data(), value);
  rd_kafka_error_t* refused = rd_kafka_produceva(client_.get(), arguments.data(), count);
  if (refused == nullptr) return;
  delivery.finish(ours, rd_kafka_error_code(refused), -1);
  rd_kafka_error_destroy(refused);
}

void Producer::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* slot = static_cast<Delivery::Slot*>(message->_private);
  slot->delivery->finish(*slot, message->err, message->offset);
}

bool Producer::broken() const {
  char ignored[1];
  return rd_kafka_fatal_error(client_.get(), ignored, sizeof ignored) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace trunkline::kafka
