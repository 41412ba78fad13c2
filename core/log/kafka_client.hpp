// Inside the Kafka adapter only: librdkafka's handles as owned values, its configuration from ours, and its
// errors sorted by what the caller may do.
#pragma once
#include <librdkafka/rdkafka.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/log/kafka_settings.hpp"
#include "core/result.hpp"

namespace trunkline::kafka {

struct Destroy {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_DeleteTopic_t* topic) const { rd_kafka_DeleteTopic_destroy(topic); }
  void operator()(rd_kafka_ConfigResource_t* resource) const { rd_kafka_ConfigResource_destroy(resource); }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
template <class T>
using Owned = std::unique_ptr<T, Destroy>;

// librdkafka's calls into us; `delivered` for producers only.
using Delivered = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);
using Properties = std::vector<std::pair<std::string, std::string>>;

// One librdkafka instance: its threads and connections. Made and destroyed by one thread, used by any.
class Client {
 public:
  // `promised` properties are set last and may not be among the settings' own. Errors: stop "kafka_property"
  // names the property, never its value.
  static Result<Client> producer(const KafkaSettings& settings, const Properties& promised,
                                 Delivered delivered);
  static Result<Client> consumer(const KafkaSettings& settings, const Properties& promised = {});

  rd_kafka_t* get() const { return handle_.get(); }

  // "no broker answers at host:9092 (Connection refused)": what to tell when something took too long.
  std::string trouble() const;

  Result<Owned<rd_kafka_topic_t>> topic(const std::string& name) const;

 private:
  struct Troubles {
    mutable std::mutex mutex;
    std::string last;
  };
  static Result<Client> make(rd_kafka_type_t type, const KafkaSettings& settings, const Properties& promised,
                             Delivered delivered);
  static void note_trouble(rd_kafka_t*, int code, const char* reason, void* opaque);

  std::string servers_;
  std::unique_ptr<Troubles> troubles_;  // librdkafka holds its address; dies after the handle
  Owned<rd_kafka_t> handle_;
};

// `what` is what was tried: "appending to trunkline.journal".
Error error_of(rd_kafka_resp_err_t code, const std::string& what, const std::string& trouble = {});

// Where each partition ends now, as the broker says (its high watermark). Errors: retry, stop "no_topic".
Result<std::vector<Position>> query_ends(const Client& client, const std::string& topic,
                                         std::uint32_t partitions, std::int64_t timeout_ms);

// The first record at or after a moment in milliseconds since 1970, or the partition's end.
Result<Offset> query_time(const Client& client, const std::string& topic, Partition partition,
                          std::int64_t moment_ms, std::int64_t timeout_ms);

}  // namespace trunkline::kafka
