// The journal on Kafka beside bare librdkafka loops with the same messages, settings and broker, in the same
// run.
//
//   kafka_bench [--servers HOST:PORT] [--events N] [--rounds R]       (or TRUNKLINE_TEST_KAFKA)
//
// Produce: N documents of some 600 bytes over 40 tenants and 16 partitions, keyed, one header, lz4, acks=all,
// idempotent. Ours: 4 threads that each append batches of 1000 and wait for them; the bare loop produces
// without waiting and flushes at the end: the most that one client can do. Consume: everything, by read() of
// 1 MiB over the partitions in turns, and by a bare consumer's batches. Single appends: one at a time, each
// acknowledged. Medians of R rounds, ours and bare in turns; CPU is this process's user and system time.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/log/kafka_log.hpp"
#include "core/log/kafka_topics.hpp"

using namespace trunkline;

namespace {

struct Plan {
  std::string servers;
  std::size_t events = 400'000;
  int rounds = 3;
};

constexpr std::size_t writers = 4, batch_size = 1000;
constexpr std::string_view content_type = "application/cloudevents+json; charset=UTF-8";

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "kafka_bench: %s\n", why.c_str());
  std::exit(1);
}

// Documents like a call's: fixed names, random tokens and ids, so that they compress like the real ones.
std::vector<Draft> make_documents(std::size_t count) {
  std::mt19937_64 random{42};
  const auto letters = [&](std::size_t n) {
    std::string text;
    while (text.size() < n) text.push_back("abcdefghijklmnopqrstuvwxyz0123456789"[random() % 36]);
    return text;
  };
  std::vector<Draft> documents;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string tenant = "tenant-" + std::to_string(i % 40);
    std::string text =
        R"({"specversion":"1.0","id":")" + letters(20) +
        R"(","source":"/retell/agents","type":"call.ended","subject":"call_)" + letters(16) +
        R"(","time":"2026-11-21T10:00:00.000000Z","dataschema":"urn:trunkline:call.ended:1",)" +
        R"("tenantid":")" + tenant + R"(","contacts":"p_)" + letters(22) + R"(","recordedtime":")";
    const std::size_t gap = text.size();
    text += std::string(formatted_time_size, ' ') + R"(","contenthash":")" + letters(32) +
            R"(","data":{"agent_id":"agent-7","direction":"outbound","duration_ms":261000,"disposition":)" +
            R"("reached","personal":{"token":"p_)" + letters(22) + R"(","version":1,"box":")" + letters(110) +
            R"("}}})";
    documents.push_back({TenantId{tenant}, std::move(text), gap});
  }
  return documents;
}

struct Measured {
  double per_second = 0;
  double cpu_us = 0;  // of this process, an event
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Measured measure(std::size_t events, const std::function<void()>& work) {
  const double cpu = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  work();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {static_cast<double>(events) / seconds, (cpu_seconds() - cpu) / static_cast<double>(events) * 1e6};
}

// A journal's topics of their own, deleted afterwards.
struct Topics {
  KafkaSettings settings;
  explicit Topics(const Plan& plan) {
    settings.servers = plan.servers;
    settings.topic = "bench." + std::to_string(std::random_device{}());
    if (const Status made = create_kafka_topics(settings, {}); !made) give_up(made.error().message);
  }
  ~Topics() { (void)delete_kafka_topics(settings); }
  Topics(const Topics&) = delete;
};

Measured append_ours(Log& log, const std::vector<Draft>& documents) {
  return measure(documents.size(), [&] {
    std::vector<std::jthread> threads;
    for (std::size_t writer = 0; writer < writers; ++writer)
      threads.emplace_back([&, writer] {
        for (std::size_t from = writer * batch_size; from < documents.size(); from += writers * batch_size) {
          const std::size_t until = std::min(from + batch_size, documents.size());
          const auto at = [&](std::size_t i) { return documents.begin() + static_cast<std::ptrdiff_t>(i); };
          if (const auto done = log.append({at(from), at(until)}); !done) give_up(done.error().message);
        }
      });
  });
}

// `set` writes librdkafka's properties; the client is destroyed by the caller.
rd_kafka_t* bare_client(rd_kafka_type_t type, const Plan& plan,
                        const std::vector<std::pair<const char*, const char*>>& properties) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  char why[256];
  rd_kafka_conf_set(configuration, "bootstrap.servers", plan.servers.c_str(), why, sizeof why);
  for (const auto& [name, value] : properties)
    if (rd_kafka_conf_set(configuration, name, value, why, sizeof why) != RD_KAFKA_CONF_OK) give_up(why);
  rd_kafka_t* client = rd_kafka_new(type, configuration, why, sizeof why);
  if (client == nullptr) give_up(why);
  return client;
}

Measured append_bare(const Plan& plan, const std::string& topic, const std::vector<Draft>& documents) {
  rd_kafka_t* client = bare_client(RD_KAFKA_PRODUCER, plan,
                                   {{"enable.idempotence", "true"},
                                    {"compression.type", "lz4"},
                                    {"linger.ms", "5"},
                                    {"queue.buffering.max.messages", "1000000"}});
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const auto measured = measure(documents.size(), [&] {
    for (const Draft& document : documents) {
      const auto partition =
          static_cast<std::int32_t>(partition_of(document.tenant, default_partitions).value());
      const auto refused = rd_kafka_producev(
          client, RD_KAFKA_V_RKT(handle), RD_KAFKA_V_PARTITION(partition),
          RD_KAFKA_V_KEY(document.tenant.value().data(), document.tenant.value().size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(document.document.data()), document.document.size()),
          RD_KAFKA_V_HEADER("content-type", content_type.data(), static_cast<ssize_t>(content_type.size())),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_BLOCK), RD_KAFKA_V_END);
      if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_err2str(refused));
      rd_kafka_poll(client, 0);
    }
    if (rd_kafka_flush(client, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
      give_up("the bare producer does not flush");
  });
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(client);
  return measured;
}

Measured read_ours(const Plan& plan, const Topics& topics, const Clock& clock) {
  const auto log = KafkaLog::open(topics.settings, clock);
  if (!log) give_up(log.error().message);
  std::uint64_t bytes = 0, records = 0;
  return measure(plan.events, [&] {
    std::vector<Position> at = (*log)->ends();
    const std::vector<Position> ends = at;
    for (Position& position : at) position.next = Offset{0};
    while (at != ends)
      for (Position& position : at) {
        if (position == ends[position.partition.value()]) continue;
        const auto batch = (*log)->read(position, 1 << 20);
        if (!batch) give_up(batch.error().message);
        for (std::size_t i = 0; i < batch->size(); ++i) bytes += (*batch)[i].document.size();
        records += batch->size();
        position.next = position.next + batch->size();
      }
    if (records != plan.events || bytes == 0) give_up("not everything was read");
  });
}

Measured read_bare(const Plan& plan, const std::string& topic) {
  rd_kafka_t* client =
      bare_client(RD_KAFKA_CONSUMER, plan,
                  {{"group.id", "bench"}, {"enable.auto.commit", "false"}, {"check.crcs", "true"}});
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(default_partitions);
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(default_partitions); ++i)
    rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = 0;
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  std::uint64_t bytes = 0;
  const auto measured = measure(plan.events, [&] {
    rd_kafka_assign(client, all);
    std::vector<rd_kafka_message_t*> messages(10'000);
    for (std::size_t records = 0; records < plan.events;) {
      const auto count = rd_kafka_consume_batch_queue(queue, 20, messages.data(), messages.size());
      for (ssize_t i = 0; i < count; ++i) {
        rd_kafka_message_t* message = messages[static_cast<std::size_t>(i)];
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++records;
        bytes += message->len;
        rd_kafka_message_destroy(message);
      }
    }
  });
  if (bytes == 0) give_up("nothing was read");
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return measured;
}

void append_one_by_one(Log& log, const std::vector<Draft>& documents) {
  std::vector<double> milliseconds;
  for (std::size_t i = 0; i < 2000; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (const auto done = log.append({documents[i]}); !done) give_up(done.error().message);
    const auto took = std::chrono::steady_clock::now() - start;
    milliseconds.push_back(std::chrono::duration<double, std::milli>(took).count());
  }
  std::ranges::sort(milliseconds);
  std::printf("append, one at a time            p50 %.2f ms   p99 %.2f ms\n", milliseconds[1000],
              milliseconds[1980]);
}

Measured median(std::vector<Measured> rounds) {
  std::ranges::sort(rounds, {}, &Measured::per_second);
  return rounds[rounds.size() / 2];
}

void report(const char* what, const Measured& ours, const Measured& bare) {
  std::printf(
      "%-24s ours %8.0f/s %5.2f us   bare %8.0f/s %5.2f us   %3.0f %% of the rate, %3.0f %% of the CPU\n",
      what, ours.per_second, ours.cpu_us, bare.per_second, bare.cpu_us,
      100 * ours.per_second / bare.per_second, 100 * ours.cpu_us / bare.cpu_us);
}

Plan plan_of(int count, char** arguments) {
  Plan plan;
  if (const char* servers = std::getenv("TRUNKLINE_TEST_KAFKA")) plan.servers = servers;
  for (int i = 1; i + 1 < count; i += 2) {
    if (std::strcmp(arguments[i], "--servers") == 0) plan.servers = arguments[i + 1];
    if (std::strcmp(arguments[i], "--events") == 0) plan.events = std::stoul(arguments[i + 1]);
    if (std::strcmp(arguments[i], "--rounds") == 0) plan.rounds = std::stoi(arguments[i + 1]);
  }
  return plan;
}

}  // namespace

int main(int count, char** arguments) {
  const Plan plan = plan_of(count, arguments);
  if (plan.servers.empty()) {
    std::printf(
        "kafka_bench: no broker: --servers HOST:PORT, or ops/dev kafka up and TRUNKLINE_TEST_KAFKA\n");
    return 0;
  }
  const SystemClock clock;
  const std::vector<Draft> documents = make_documents(plan.events);
  std::vector<Measured> appended, produced, read, consumed;
  for (int round = 0; round < plan.rounds; ++round) {
    const Topics ours(plan), bare(plan), single(plan);
    {
      const auto log = KafkaLog::open(ours.settings, clock);
      if (!log) give_up(log.error().message);
      appended.push_back(append_ours(**log, documents));
    }
    produced.push_back(append_bare(plan, bare.settings.topic, documents));
    read.push_back(read_ours(plan, ours, clock));
    consumed.push_back(read_bare(plan, ours.settings.topic));
    if (round + 1 == plan.rounds) append_one_by_one(**KafkaLog::open(single.settings, clock), documents);
  }
  std::printf("%zu events of %zu bytes, %d rounds\n", plan.events, documents.front().document.size(),
              plan.rounds);
  report("append / produce", median(appended), median(produced));
  report("read / consume", median(read), median(consumed));
}
