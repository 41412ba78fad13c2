// The bridge on a real broker: what integrators produce is in the journal once at least, and what is wrong is
// kept.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "core/keys_postgres.hpp"
#include "core/log/kafka_inbound_topics.hpp"
#include "core/log/kafka_log.hpp"
#include "core/log/memory_log.hpp"
#include "ingest/bridge.hpp"
#include "ops/deadletters.hpp"
#include "projections/checkpoint.hpp"
#include "tests/log_drafts.hpp"
#include "tests/manual_clock.hpp"
#include "tests/own_broker.hpp"
#include "tests/temporary_directory.hpp"
#include "tests/test_database.hpp"
#include "tests/test_kafka.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

const TenantId acme{"acme"};

std::string event(const std::string& id, const std::string& tenant = "acme") {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"/erp","type":"call.ended","subject":")" + id +
         R"(","time":"2025-03-02T10:15:00Z","tenantid":")" + tenant +
         R"(","data":{"contact":{"phone":"+442079460001"},"direction":"inbound","duration_ms":1000,"disposition":"reached"}})";
}

// A journal that refuses to answer as often as it is told, with the drafts in it.
class LosesAnswers final : public Log {
 public:
  explicit LosesAnswers(Log& log) : log_(log) {}
  int lost = 0;
  JournalId id() const override { return log_.id(); }
  std::uint32_t partitions() const override { return log_.partitions(); }
  Result<std::vector<Position>> append(std::vector<Draft> drafts) override {
    auto appended = log_.append(std::move(drafts));
    if (lost == 0) return appended;
    --lost;
    return try_again("broker", "as told");
  }
  Result<RecordBatch> read(Position from, std::size_t bytes_max) override {
    return log_.read(from, bytes_max);
  }
  void wait(std::span<const Position> any_of, Deadline deadline) override { log_.wait(any_of, deadline); }
  void wake() override { log_.wake(); }
  std::vector<Position> ends() const override { return log_.ends(); }
  Result<Position> position_at(Partition partition, Time recorded) override {
    return log_.position_at(partition, recorded);
  }

 private:
  Log& log_;
};

template <class T>
T opened(Result<T> result) {
  REQUIRE_MESSAGE(result.ok(), (result ? "" : result.error().message));
  return std::move(*result);
}

class NoBody final : public http::Body {
 public:
  Status stream(std::size_t, const Sink&) override { return done(); }
};

struct Integration {
  KafkaTopics topics;
  TemporaryDirectory directory;
  TestDatabase database;
  PostgresPool pool{database.address(), 4};
  ManualClock clock;
  MemoryLog memory{clock};
  LosesAnswers log{memory};
  std::unique_ptr<PostgresKeys> keys = opened(PostgresKeys::open(pool, random_key(), JournalState::empty));
  Catalogue catalogue = opened(Catalogue::load());
  bool knows_birch = false;
  Gate gate{catalogue, *keys, clock, [this](const TenantId& tenant) {
              return tenant == acme || (knows_birch && tenant == TenantId{"birch"});
            }};
  std::unique_ptr<LetterTopic> letter_topic = opened(LetterTopic::open(topics.settings));
  std::unique_ptr<Letters> letters = opened(Letters::open(*keys, *letter_topic, gate));
  std::unique_ptr<InboundGroup> group;
  std::unique_ptr<Bridge> bridge;

  Integration() {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session).ok());
    REQUIRE(create_inbound_topics(topics.settings, {.partitions = 3}).ok());
    start();
  }
  ~Integration() {
    group.reset();
    (void)delete_inbound_topics(topics.settings);
  }
  void start() {
    bridge.reset();
    group = opened(InboundGroup::join(topics.settings));
    bridge = std::make_unique<Bridge>(gate, log, *group, *letters);
  }

  std::string topic(const std::string& family) const {
    return topics.settings.topic.substr(0, topics.settings.topic.rfind('.')) + ".in." + family;
  }

  // With kcat, a message a file.
  void produce(const std::string& family, const std::vector<std::string>& messages,
               const std::string& options = "") {
    std::string files;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const std::string path = directory.path() + "/message" + std::to_string(i);
      std::ofstream(path, std::ios::binary) << messages[i];
      files += " " + path;
    }
    REQUIRE(
        run_command("kcat -q -P -b " + test_kafka() + " -t " + topic(family) + " " + options + files).code ==
        0);
  }

  // Until so many messages are dealt with.
  void bridge_over(std::size_t messages) {
    for (std::size_t dealt_with = 0; dealt_with < messages;) {
      const auto stepped = bridge->step(5'000);
      if (stepped) dealt_with += *stepped;
      if (!stepped) REQUIRE_MESSAGE(stepped.error().fault == Fault::retry, stepped.error().message);
    }
  }

  std::vector<std::string> journal(const TenantId& tenant = acme) {
    return ids_from(memory, {partition_of(tenant, memory.partitions()), Offset{0}});
  }

  http::Response ask(http::Method method, const std::string& path, const std::string& query = "") {
    http::Routes routes;
    add_deadletter_routes(routes, {memory, *keys, gate, letters.get()});
    const auto found = routes.find(method, path);
    REQUIRE(found.ok());
    http::Request request;
    request.method = method;
    request.route = found->route->route;
    request.path_parameters = found->parameters;
    request.query = *http::Query::parse(query);
    request.caller.tenant = TenantId{std::string{http::platform_tenant}};
    NoBody no_body;
    request.body = &no_body;
    request.header = [](std::string_view) { return std::string_view{}; };
    return found->route->handler(request);
  }
  std::string listed(const std::string& query = "") {
    return ask(http::Method::get, "/v1/deadletters", query).body;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "what integrators produce, structured or binary, by any partitioner, is in the journal under its "
    "tenant") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Integration erp;
  erp.produce("calls", {event("c1"), event("c2")}, "-p 2");
  erp.produce(
      "messages",
      {R"({"contact":{"phone":"+442079460002"},"direction":"inbound","duration_ms":5,"disposition":"reached"})"},
      "-H ce_specversion=1.0 -H ce_id=c3 -H ce_source=/erp -H ce_type=call.ended -H ce_subject=c3 "
      "-H ce_time=2025-03-02T10:15:00Z -H ce_tenantid=acme -H 'content-type=application/json; "
      "charset=utf-8'");
  erp.bridge_over(3);
  auto ids = erp.journal();
  std::sort(ids.begin(), ids.end());
  CHECK(ids == std::vector<std::string>{"c1", "c2", "c3"});
  CHECK(erp.listed() == R"({"deadletters":[]})");
}

TEST_CASE("Kafka's own Java client produces events and reads the journal, and kcat reads the same") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Integration erp;
  REQUIRE(create_kafka_topics(erp.topics.settings, {.partitions = 4}).ok());
  const auto journal = opened(KafkaLog::open(erp.topics.settings, erp.clock));
  Bridge bridge(erp.gate, *journal, *erp.group, *erp.letters);
  const std::string tool = OwnBroker::tool() + " tool ", at = " --bootstrap-server " + test_kafka();
  const std::string file = erp.directory.path() + "/event";
  std::ofstream(file) << event("j1") << "\n";
  const std::string producer =
      "org.apache.kafka.tools.ConsoleProducer" + at + " --topic " + erp.topic("calls");
  REQUIRE(run_command(tool + producer + " <" + file).code == 0);
  for (std::size_t dealt_with = 0; dealt_with == 0;) dealt_with = opened(bridge.step(5'000));
  const auto stored = documents_from(*journal, {partition_of(acme, 4), Offset{0}});
  REQUIRE(stored.size() == 1);
  CHECK(id_in(stored.front()) == "j1");
  const std::string consumer = "org.apache.kafka.tools.consumer.ConsoleConsumer" + at + " --topic " +
                               erp.topics.settings.topic +
                               " --from-beginning --max-messages 1 --timeout-ms 30000";
  CHECK(contains(run_command(tool + consumer).text, "\n" + stored.front() + "\n"));  // and its log
  const std::string kcat = "kcat -q -C -e -b " + test_kafka() + " -t " + erp.topics.settings.topic;
  CHECK(run_command(kcat + " -f '%k %s\\n'").text == "acme " + stored.front() + "\n");
}

TEST_CASE(
    "offsets are committed behind the journal's acknowledgement: a bridge that dies before it begins again "
    "there") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Integration erp;
  erp.produce("calls", {event("c1")}, "-p 0");
  erp.bridge_over(1);
  erp.produce("calls", {event("c2")}, "-p 0");
  erp.log.lost = 1;  // the journal has it, and the bridge does not know
  for (bool failed = false; !failed;) failed = !erp.bridge->step(5'000).ok();
  erp.start();
  erp.bridge_over(1);
  CHECK(erp.journal() == std::vector<std::string>{"c1", "c2", "c2"});
}

TEST_CASE("what is wrong is kept with its reasons, sealed, and found by reason and by type") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Integration erp;
  std::string wrong = event("c1");
  wrong.replace(wrong.find("1000"), 4, "\"long\"");
  erp.produce("calls", {wrong, "{no json: +442079460001", event("c2", "nobody"), event("c3")}, "-p 0");
  erp.bridge_over(4);
  CHECK(erp.journal() == std::vector<std::string>{"c3"});
  const std::string all = erp.listed();
  CHECK(contains(all, R"("id":"letter-0","kind":"refused","tenant":"acme","type":"call.ended")"));
  CHECK(contains(all, R"("pointer":"/data/duration_ms")"));
  CHECK(contains(all, R"("id":"letter-1","kind":"refused","tenant":"_platform","type":"")"));
  CHECK(contains(all, R"("code":"unknown_tenant")"));
  CHECK(contains(erp.listed("reason=unknown_tenant"), "letter-2"));
  CHECK_FALSE(contains(erp.listed("reason=unknown_tenant"), "letter-0"));
  CHECK(contains(erp.listed("type=call.ended&reason=schema"), "letter-0"));
  CHECK(erp.listed("type=cost.recorded") == R"({"deadletters":[]})");
  const std::string raw = run_command("kcat -q -C -e -b " + test_kafka() + " -t " +
                                      deadletter_topic(erp.topics.settings) + " -f '%h %s\\n'")
                              .text;
  CHECK(contains(raw, "reasons="));
  CHECK_FALSE(contains(raw, "442079460001"));
  CHECK(contains(erp.ask(http::Method::get, "/v1/deadletters/letter-1").body,
                 R"("original":"{no json: +442079460001")"));
}

TEST_CASE("a dead letter is tried again when its reason is gone, and a dry run says so before") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Integration erp;
  erp.produce("calls", {event("c1", "birch"), event("c2", "birch")}, "-p 0");
  erp.bridge_over(2);
  const std::string retry = "/v1/deadletters/letter-0/retry";
  CHECK(contains(erp.ask(http::Method::post, retry, "dry_run=true").body, R"("outcome":"refused")"));
  erp.knows_birch = true;
  CHECK(contains(erp.ask(http::Method::post, retry, "dry_run=true").body, R"("outcome":"accepted")"));
  CHECK(erp.journal(TenantId{"birch"}).empty());
  CHECK(contains(erp.ask(http::Method::post, retry).body, R"("outcome":"accepted")"));
  CHECK(erp.journal(TenantId{"birch"}) == std::vector<std::string>{"c1"});
  CHECK(erp.ask(http::Method::post, retry).status == 404);
  CHECK(erp.ask(http::Method::post, "/v1/deadletters/letter-1/drop").status == 200);
  CHECK(erp.listed() == R"({"deadletters":[]})");
}

TEST_CASE("thirty days after, nobody can open a dead letter any more") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Integration erp;
  erp.produce("calls", {"{"}, "-p 0");
  erp.bridge_over(1);
  erp.clock.move(std::chrono::days{letters_kept_days});
  REQUIRE(erp.letters->expire().ok());
  CHECK(erp.ask(http::Method::get, "/v1/deadletters/letter-0").status == 200);
  erp.clock.move(std::chrono::days{1});
  REQUIRE(erp.letters->expire().ok());
  const auto gone = erp.ask(http::Method::get, "/v1/deadletters/letter-0");
  CHECK(gone.status == 422);
  CHECK(contains(gone.body, "expired"));
}

TEST_CASE("topics that would delete old facts before they are read are refused") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  const KafkaTopics topics;
  REQUIRE(create_inbound_topics(topics.settings, {.partitions = 1}).ok());
  CHECK(opened(check_inbound_topics(topics.settings)).empty());
  const std::string name = inbound_topics(topics.settings).front();
  const std::string alter = OwnBroker::tool() + " tool kafka.admin.ConfigCommand --bootstrap-server " +
                            test_kafka() + " --alter --entity-type topics --entity-name " + name +
                            " --add-config message.timestamp.type=CreateTime";
  REQUIRE(run_command(alter).code == 0);
  const auto faults = opened(check_inbound_topics(topics.settings));
  REQUIRE(faults.size() == 1);
  CHECK(contains(faults.front(), "message.timestamp.type=CreateTime and must have LogAppendTime"));
  (void)delete_inbound_topics(topics.settings);
}
