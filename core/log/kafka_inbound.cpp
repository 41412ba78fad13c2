#include "core/log/kafka_inbound.hpp"

#include <algorithm>
#include <map>

#include "core/log/kafka_client.hpp"
#include "core/log/kafka_inbound_topics.hpp"

namespace trunkline {
namespace {

using namespace kafka;

constexpr const char* reading = "reading the inbound topics";
constexpr const char* session_timeout_ms = "10000";  // a member that is gone without a word is missed so long

InboundMessage message_of(const rd_kafka_message_t& found) {
  InboundMessage message;
  message.topic = rd_kafka_topic_name(found.rkt);
  message.partition = static_cast<std::uint32_t>(found.partition);
  message.offset = static_cast<std::uint64_t>(found.offset);
  if (found.payload != nullptr) message.value.assign(static_cast<const char*>(found.payload), found.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&found, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return message;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    message.headers.emplace_back(name,
                                 std::string(static_cast<const char*>(value), value == nullptr ? 0 : size));
  return message;
}

// Somebody else has the partition now, or the group is being shared out anew: whoever has it reads it again.
bool taken_over(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS || code == RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST;
}

}  // namespace

std::string_view InboundMessage::header(std::string_view name) const {
  const auto found = std::find_if(headers.rbegin(), headers.rend(),
                                  [name](const auto& header) { return header.first == name; });
  return found == headers.rend() ? std::string_view{} : std::string_view{found->second};
}

struct InboundGroup::Impl {
  Client client;
  std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> noted = {};  // and not committed yet
};

InboundGroup::InboundGroup(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

InboundGroup::~InboundGroup() {
  rd_kafka_consumer_close(impl_->client.get());
}

Result<std::unique_ptr<InboundGroup>> InboundGroup::join(const KafkaSettings& settings) {
  auto client = Client::consumer(settings, {{"group.id", settings.topic + ".bridge"},
                                            {"auto.offset.reset", "earliest"},
                                            {"enable.auto.offset.store", "false"},
                                            {"session.timeout.ms", session_timeout_ms},
                                            {"heartbeat.interval.ms", "1000"},
                                            {"fetch.wait.max.ms", "500"}});
  if (!client) return client.error();
  rd_kafka_poll_set_consumer(client->get());
  const Owned<rd_kafka_topic_partition_list_t> topics{rd_kafka_topic_partition_list_new(16)};
  for (const std::string& name : inbound_topics(settings))
    rd_kafka_topic_partition_list_add(topics.get(), name.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto code = rd_kafka_subscribe(client->get(), topics.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of(code, reading, client->trouble());
  return std::unique_ptr<InboundGroup>(new InboundGroup(std::make_unique<Impl>(Impl{std::move(*client)})));
}

Result<std::vector<InboundMessage>> InboundGroup::take(std::size_t messages_max, std::size_t bytes_max,
                                                       int wait_ms) {
  std::vector<InboundMessage> messages;
  std::size_t bytes = 0;
  while (messages.size() < messages_max && bytes < bytes_max) {
    const std::unique_ptr<rd_kafka_message_t, void (*)(rd_kafka_message_t*)> found{
        rd_kafka_consumer_poll(impl_->client.get(), messages.empty() ? wait_ms : 0),
        rd_kafka_message_destroy};
    if (!found) break;
    if (found->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      messages.push_back(message_of(*found));
      bytes += messages.back().value.size();
    } else if (messages.empty()) {
      return error_of(found->err, reading, impl_->client.trouble());
    } else {
      break;  // an error that lasts is told again
    }
  }
  return messages;
}

void InboundGroup::note(const std::vector<InboundMessage>& dealt_with) {
  for (const InboundMessage& message : dealt_with)
    impl_->noted[{message.topic, message.partition}] = message.offset + 1;
}

Status InboundGroup::commit() {
  const auto& next = impl_->noted;
  if (next.empty()) return done();
  const Owned<rd_kafka_topic_partition_list_t> list{
      rd_kafka_topic_partition_list_new(static_cast<int>(next.size()))};
  for (const auto& [place, offset] : next)
    rd_kafka_topic_partition_list_add(list.get(), place.first.c_str(),
                                      static_cast<std::int32_t>(place.second))
        ->offset = static_cast<std::int64_t>(offset);
  const auto code = rd_kafka_commit(impl_->client.get(), list.get(), 0);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || taken_over(code)) {
    impl_->noted.clear();
    return done();
  }
  return error_of(code, "committing what was read of the inbound topics", impl_->client.trouble());
}

}  // namespace trunkline
