// The journal on a broker of its own: what lands in its files, what happens when it dies, and whether
// strangers agree.
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/log_drafts.hpp"
#include "tests/log_kinds.hpp"
#include "tests/own_broker.hpp"
#include "tests/skip.hpp"

using namespace trunkline;
using namespace trunkline::testing;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<KafkaLog> open_journal(const KafkaSettings& settings, const Clock& clock) {
  const Status made = create_kafka_topics(settings, {.partitions = 4});
  REQUIRE_MESSAGE(made.ok(), made.error().message);
  auto log = KafkaLog::open(settings, clock);
  REQUIRE_MESSAGE(log.ok(), log.error().message);
  return std::move(*log);
}

// A segment is record batches back to back, big-endian:
//   base offset 8 · length 4 of what follows · leader epoch 4 · magic 1 · CRC 4 · attributes 2 (low 3 bits:
//   codec) …
std::vector<int> codecs_in(const std::filesystem::path& segment) {
  std::ifstream file(segment, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  const auto byte = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(bytes.at(at)));
  };
  std::vector<int> codecs;
  for (std::size_t at = 0; at + 23 <= bytes.size();) {
    const std::size_t length = byte(at + 8) << 24 | byte(at + 9) << 16 | byte(at + 10) << 8 | byte(at + 11);
    if (length == 0) break;  // preallocated
    codecs.push_back(static_cast<int>(byte(at + 22) & 7));
    at += 12 + length;
  }
  return codecs;
}

std::filesystem::path segment_of(const OwnBroker& broker, const std::string& topic, Partition partition) {
  return broker.data() / (topic + "-" + std::to_string(partition.value())) / "00000000000000000000.log";
}

// Appends numbered drafts one after the other, each again and again until it is acknowledged.
struct Writer {
  std::vector<Position> acknowledged;  // of each number
  std::size_t refused = 0;

  void run(Log& log, const std::atomic<bool>& enough) {
    while (!enough) {
      const auto positions = log.append(drafts(draft("ann", std::to_string(acknowledged.size()))));
      if (positions)
        acknowledged.push_back(positions->front());
      else if (positions.error().fault == Fault::retry)
        ++refused;
      else
        FAIL(positions.error().message);
    }
  }
};

// The threads end, however the test case does.
struct Finish {
  std::atomic<bool>& enough;
  ~Finish() { enough = true; }
};

}  // namespace

TEST_CASE("what lands on the broker's disk is compressed as the settings say") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  const OwnBroker broker("codecs");
  const SystemClock clock;
  const std::pair<std::string, int> expectations[] = {{"none", 0}, {"lz4", 3}, {"zstd", 4}};
  for (const auto& [compression, codec] : expectations) {
    CAPTURE(compression);
    const KafkaSettings settings{
        .servers = broker.servers(), .topic = compression, .compression = compression};
    const auto log = open_journal(settings, clock);
    std::vector<Draft> many;
    for (int i = 0; i < 1000; ++i) many.push_back(draft("ann", std::to_string(i), 500));
    REQUIRE(log->append(std::move(many)).ok());
    const auto segment = segment_of(broker, compression, partition_of(TenantId{"ann"}, 4));
    const auto codecs = codecs_in(segment);
    REQUIRE_FALSE(codecs.empty());
    for (const int found : codecs) CHECK(found == codec);
    CHECK((std::filesystem::file_size(segment) < 200'000) == (codec != 0));
  }
}

TEST_CASE("a broker that is killed and comes back loses nothing acknowledged, and nothing is out of order") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  OwnBroker broker("killed");
  const SystemClock clock;
  const KafkaSettings settings{.servers = broker.servers(), .topic = "journal", .append_timeout_ms = 1000};
  const auto log = open_journal(settings, clock);
  const Position start{partition_of(TenantId{"ann"}, 4), Offset{0}};
  std::atomic<bool> enough = false, written = false;  // the last append may end after it was enough
  std::atomic<std::size_t> followed = 0;
  Writer writer;
  std::vector<std::string> seen;
  {
    std::jthread writing([&] {
      writer.run(*log, enough);
      written = true;
    });
    std::jthread following([&] {
      Position at = start;
      while (!written || at.next < log->ends()[at.partition.value()].next) {
        const auto batch = log->read(at, 1 << 16);
        if (batch && batch->empty()) log->wait(std::span(&at, 1), std::chrono::steady_clock::now() + 100ms);
        if (!batch) continue;
        for (std::size_t i = 0; i < batch->size(); ++i) seen.push_back(id_in((*batch)[i].document));
        at.next = at.next + batch->size();
        followed = at.next.value();
        followed.notify_all();
      }
    });
    const Finish finish{enough};
    for (int round = 0; round < 3; ++round) {
      const std::size_t before = followed;
      followed.wait(before);  // it runs
      round == 1 ? broker.down() : broker.kill_hard();
      broker.up();
    }
    const std::size_t before = followed;
    followed.wait(before);
  }
  MESSAGE(writer.acknowledged.size() << " acknowledged, " << writer.refused << " refused and appended again, "
                                     << seen.size() << " in the journal");
  CHECK(writer.refused > 0);
  REQUIRE(writer.acknowledged.size() > 3);
  Offset next{0};
  for (std::size_t i = 0; i < writer.acknowledged.size(); ++i) {
    const Offset at = writer.acknowledged[i].next;
    REQUIRE(at >= next);
    REQUIRE(at.value() < seen.size());
    REQUIRE(seen[at.value()] == std::to_string(i));
    // Between two acknowledged ones lie only attempts at the later one that were given up.
    for (Offset between = next; between < at; between = between + 1)
      REQUIRE(seen[between.value()] == std::to_string(i));
    next = at + 1;
  }
  CHECK(documents_from(*log, start).size() == seen.size());
}

TEST_CASE("Kafka's own Java client and kcat put a tenant into the partition where we look for it") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  const KafkaTopics topics;
  REQUIRE(create_kafka_topics(topics.settings, {.partitions = 16}).ok());
  const TemporaryDirectory directory;
  const std::string lines = directory.path() + "/lines";
  {
    std::ofstream file(lines);
    for (int i = 0; i < 100; ++i) file << "tenant-" << i * 7919 << ":x\n";
    file << "a:x\nab:x\nabc:x\nabcd:x\n_platform:x\nz-\303\244:x\n";
  }
  const std::string java = OwnBroker::tool() +
                           " tool org.apache.kafka.tools.ConsoleProducer --bootstrap-server " + test_kafka() +
                           " --topic " + topics.settings.topic +
                           " --reader-property parse.key=true --reader-property key.separator=: <" + lines;
  const std::string kcat = "kcat -q -P -K : -X topic.partitioner=murmur2_random -b " + test_kafka() + " -t " +
                           topics.settings.topic + " -l " + lines;
  const std::string look =
      "kcat -q -C -e -b " + test_kafka() + " -t " + topics.settings.topic + " -f '%k %p\\n'";
  REQUIRE(run_command(java).code == 0);
  REQUIRE(run_command(kcat).code == 0);
  std::istringstream found(run_command(look).text);
  std::string tenant;
  std::uint32_t partition = 0;
  int messages = 0;
  for (; found >> tenant >> partition; ++messages) {
    CAPTURE(tenant);
    CHECK(partition_of(TenantId{tenant}, 16) == Partition{partition});
  }
  CHECK(messages == 2 * 106);
}
