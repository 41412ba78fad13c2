#include "core/log/kafka_letters.hpp"

#include <charconv>
#include <chrono>

#include "core/log/kafka_consumer.hpp"
#include "core/log/kafka_inbound_topics.hpp"
#include "core/log/kafka_producer.hpp"

namespace trunkline {
namespace {

using namespace kafka;

constexpr const char* message_bytes_max = "2000000";
constexpr int fetch_wait_ms = 200;

std::string header(const rd_kafka_headers_t* headers, const char* name) {
  const void* value = nullptr;
  std::size_t size = 0;
  if (headers == nullptr ||
      rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return {};
  return {static_cast<const char*>(value), size};
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Letter letter_of(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  (void)rd_kafka_message_headers(&message, &headers);
  Letter letter;
  letter.number = static_cast<std::uint64_t>(message.offset);
  letter.kept_at = Time{std::chrono::milliseconds{rd_kafka_message_timestamp(&message, nullptr)}};
  letter.tenant = header(headers, "tenant");
  letter.day = header(headers, "day");
  letter.type = header(headers, "type");
  letter.topic = header(headers, "topic");
  letter.partition = static_cast<std::uint32_t>(number(header(headers, "partition")));
  letter.offset = number(header(headers, "offset"));
  letter.reasons = header(headers, "reasons");
  letter.box.assign(static_cast<const char*>(message.payload), message.len);
  return letter;
}

}  // namespace

struct LetterTopic::Impl {
  KafkaSettings settings;
  std::string topic;
  std::mutex publishing;
  std::unique_ptr<Producer> producer;

  Status make_producer() {
    if (producer && !producer->broken()) return done();
    auto opened = Producer::open(settings, topic, {{"message.max.bytes", message_bytes_max}});
    if (!opened) return opened.error();
    producer = std::move(*opened);
    return done();
  }
};

LetterTopic::LetterTopic(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LetterTopic::~LetterTopic() = default;

Result<std::unique_ptr<LetterTopic>> LetterTopic::open(const KafkaSettings& settings) {
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  impl->topic = deadletter_topic(settings);
  return std::unique_ptr<LetterTopic>(new LetterTopic(std::move(impl)));
}

Status LetterTopic::publish(std::span<const Letter> letters) {
  if (letters.empty()) return done();
  const std::scoped_lock lock(impl_->publishing);
  if (const Status made = impl_->make_producer(); !made) return made;
  Delivery delivery(letters.size());
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const Letter& letter = letters[i];
    const std::string partition = std::to_string(letter.partition), offset = std::to_string(letter.offset);
    const std::vector<std::pair<std::string_view, std::string_view>> headers = {
        {"tenant", letter.tenant}, {"day", letter.day}, {"type", letter.type},      {"topic", letter.topic},
        {"partition", partition},  {"offset", offset},  {"reasons", letter.reasons}};
    impl_->producer->send(delivery, i, {Partition{0}, letter.tenant, letter.box, 0, headers});
  }
  const auto written = delivery.wait(*impl_->producer);
  return written ? done() : Status{written.error()};
}

Status LetterTopic::visit(std::uint64_t from, const std::function<Next(const Letter&)>& visit) {
  const auto client = Client::consumer(impl_->settings, {{"fetch.wait.max.ms", "10"}});
  if (!client) return client.error();
  const int timeout_ms = static_cast<int>(impl_->settings.read_timeout_ms);
  std::int64_t low = 0, high = 0;
  const auto code =
      rd_kafka_query_watermark_offsets(client->get(), impl_->topic.c_str(), 0, &low, &high, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of(code, "reading the dead letters", client->trouble());
  std::int64_t at = std::max(low, static_cast<std::int64_t>(from));
  if (at >= high) return done();
  const auto topic = client->topic(impl_->topic);
  if (!topic) return topic.error();
  if (rd_kafka_consume_start(topic->get(), 0, at) != 0)
    return error_of(rd_kafka_last_error(), "reading the dead letters", client->trouble());
  Status read = done();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{timeout_ms};
  while (at < high) {
    const std::unique_ptr<rd_kafka_message_t, void (*)(rd_kafka_message_t*)> message{
        rd_kafka_consume(topic->get(), 0, fetch_wait_ms), rd_kafka_message_destroy};
    const bool late = !message && std::chrono::steady_clock::now() > deadline;
    if (late || (message && message->err != RD_KAFKA_RESP_ERR_NO_ERROR)) {
      read = error_of(late ? RD_KAFKA_RESP_ERR__TIMED_OUT : message->err, "reading the dead letters",
                      client->trouble());
      break;
    }
    if (!message) continue;
    at = message->offset + 1;
    if (visit(letter_of(*message)) == Next::enough) break;
  }
  rd_kafka_consume_stop(topic->get(), 0);
  return read;
}

}  // namespace trunkline
