// How soon an event can be seen: from the moment at which it is produced to the answer over HTTP that shows
// it, in an open loop: with the lead desk alone kept up, which is what peers were measured on, and with every
// read model.
//
//   kafka_freshness_bench --postgres ADDRESS --kafka HOST:PORT --broker-pid PID --binary TRUNKLINE
//                         [--read-models NAMES --rate N…] [--batch N] [--seconds S] [--warm S]
//
// Through the door (POST /v1/events over kept connections; the answer's position goes into min_position of
// the question) and over an inbound topic (a bare producer; asked again every 2 ms); with everything in one
// process, and with one that takes and answers beside another that folds. Each probe is about a person whom
// nothing named before, so the key that is made for them is in the time.
#include <librdkafka/rdkafka.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "core/logs.hpp"
#include "ops/bench/open_loop.hpp"
#include "ops/bench/race.hpp"
#include "ops/bench/serving.hpp"

using namespace trunkline;
using namespace trunkline::bench;

namespace {

constexpr std::size_t connections = 8;

// As any integrator's producer would, which does not wait for others: no partitioner of ours, no key. Without
// a bound to what is in flight every message would be a request of its own, which pile up before the broker.
class BareProducer {
 public:
  BareProducer(const std::string& servers, const std::string& topic) {
    rd_kafka_conf_t* settings = rd_kafka_conf_new();
    char why[256];
    if (rd_kafka_conf_set(settings, "bootstrap.servers", servers.c_str(), why, sizeof why) !=
            RD_KAFKA_CONF_OK ||
        rd_kafka_conf_set(settings, "linger.ms", "0", why, sizeof why) != RD_KAFKA_CONF_OK ||
        rd_kafka_conf_set(settings, "enable.idempotence", "true", why, sizeof why) != RD_KAFKA_CONF_OK)
      give_up(why);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, settings, why, sizeof why);
    if (client_ == nullptr) give_up(why);
    topic_ = rd_kafka_topic_new(client_, topic.c_str(), nullptr);
  }
  ~BareProducer() {
    rd_kafka_flush(client_, 10'000);
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(client_);
  }
  BareProducer(const BareProducer&) = delete;

  void produce(const Batch& batch) {
    for (const std::string& event : batch.events)
      if (rd_kafka_produce(topic_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                           const_cast<char*>(event.data()), event.size(), nullptr, 0, nullptr) != 0)
        give_up(rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(client_, 0);
  }

 private:
  rd_kafka_t* client_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
};

void print_freshness(const char* what, const OpenLoop::Outcome& outcome) {
  const double p50 = outcome.visible.share(0.5), p99 = outcome.visible.share(0.99);
  const auto met = [&](double median, double most) {
    return p50 <= median && p99 <= most ? "met" : "missed";
  };
  std::printf(
      "%-38s %6.0f events/s; acknowledged p50 %5.1f p99 %5.1f ms; visible p50 %5.1f p99 %5.1f most %5.1f ms "
      "(%zu "
      "probes): must 10/100 %s, aim 8/25 %s\n",
      what, outcome.events_per_second, outcome.acknowledged.share(0.5), outcome.acknowledged.share(0.99), p50,
      p99, outcome.visible.share(1), outcome.visible.all.size(), met(10, 100), met(8, 25));
}

void print_cores(const char* what, const Serving::CpuSeconds& before, const Serving::CpuSeconds& after,
                 double seconds) {
  std::printf("%38s %s: Trunkline %.2f, Postgres %.2f, broker %.2f cores\n", "", what,
              (after.own - before.own) / seconds, (after.postgres - before.postgres) / seconds,
              (after.broker - before.broker) / seconds);
  std::fflush(stdout);
}

// What is kept up, the question that shows it, and how much comes in.
struct Subject {
  std::string read_models, question;
  std::vector<double> rates;
};

class Bench {
 public:
  Bench(ServingPlan plan, const Subject& subject, Beat beat)
      : plan_(std::move(plan)), beat_(std::move(beat)) {
    plan_.read_models = subject.read_models;
    beat_.question = subject.question;
    // Each of them comes twice while it warms, so that their keys are there by then.
    const auto warmed = static_cast<std::size_t>(beat_.events_per_second * beat_.warm_seconds);
    beat_.known_contacts = std::clamp<std::size_t>(warmed / 400 * 200, 200, beat_.known_contacts);
  }

  void one_process() {
    Serving serving(plan_, beat_.tenants);
    const std::string url = serving.start("all").url;
    measure(serving, "the door, one process", url, connections, over_http(url, serving.key()));
    BareProducer producer(plan_.kafka, serving.inbound_topic("calls"));
    beat_.first_batch = 1'000'000;
    measure(serving, "an inbound topic, one process", url, 1, [&]() -> Send {
      return [&producer](const Batch& batch) {
        producer.produce(batch);
        return std::string{};
      };
    });
    beat_.first_batch = 0;
    const auto before = serving.cpu_seconds();
    std::this_thread::sleep_for(std::chrono::seconds{3});
    print_cores("idle", before, serving.cpu_seconds(), 3);
  }

  void two_processes() {
    Serving serving(plan_, beat_.tenants);
    serving.start("projections");
    const std::string url = serving.start("ingest,commands,query").url;
    measure(serving, "the door, another process folds", url, connections, over_http(url, serving.key()));
  }

 private:
  void measure(const Serving& serving, const char* what, const std::string& url, std::size_t senders,
               const MakeSend& make_send) {
    Serving::CpuSeconds before;
    OpenLoop loop(beat_, url, serving.key());
    const auto outcome = loop.run(senders, make_send, [&] { before = serving.cpu_seconds(); });
    print_freshness(what, outcome);
    print_cores("meanwhile", before, serving.cpu_seconds(), beat_.seconds);
  }

  ServingPlan plan_;
  Beat beat_;
};

std::vector<Subject> subjects(const std::string& asked, const std::vector<double>& rates) {
  const std::string desk = "/v1/lead-desk/by-contact", leads = "/v1/leads/by-contact";
  if (asked.empty()) return {{"lead_desk", desk, {2'000, 5'000}}, {"all", leads, {1'500, 2'500, 5'000}}};
  return {{asked, asked == "lead_desk" ? desk : leads, rates}};
}

}  // namespace

int main(int argc, char** argv) {
  ServingPlan plan;
  Beat beat;
  std::string postgres, asked;
  std::vector<double> rates{5'000};
  CLI::App app("freshness on Kafka");
  app.add_option("--postgres", postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--kafka", plan.kafka)->envname("TRUNKLINE_TEST_KAFKA")->required();
  app.add_option("--broker-pid", plan.broker)->envname("TRUNKLINE_TEST_KAFKA_PID")->required();
  app.add_option("--binary", plan.binary)->envname("TRUNKLINE_BINARY")->required();
  app.add_option("--read-models", asked, "lead_desk, all, or names with commas between");
  app.add_option("--rate", rates, "Events a second, with --read-models; several");
  app.add_option("--batch", beat.events_a_batch);
  app.add_option("--seconds", beat.seconds);
  app.add_option("--warm", beat.warm_seconds, "Seconds before that, in which most contacts become known");
  CLI11_PARSE(app, argc, argv);
  ::setenv("TRUNKLINE_TEST_POSTGRES", postgres.c_str(), 1);
  logs::start(logs::Level::warn, logs::Format::logfmt);
  for (const Subject& subject : subjects(asked, rates))
    for (const double rate : subject.rates) {
      std::printf("%s kept up, %.0f events/s\n", subject.read_models.c_str(), rate);
      beat.events_per_second = rate;
      Bench bench(plan, subject, beat);
      bench.one_process();
      bench.two_processes();
    }
  return 0;
}
