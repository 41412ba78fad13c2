#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "core/log/kafka_copy.hpp"
#include "core/log/kafka_inbound_topics.hpp"
#include "core/log/kafka_topics.hpp"
#include "ops/cli.hpp"
#include "ops/data_directory.hpp"
#include "ops/journal.hpp"

namespace trunkline {
namespace {

void report(const KafkaSettings& kafka, std::uint32_t partitions, const std::vector<std::string>& faults) {
  std::printf("%s and %s.meta at %s: %u partitions\n", kafka.topic.c_str(), kafka.topic.c_str(),
              kafka.servers.c_str(), partitions);
  std::printf("%zu inbound topics and %s\n", inbound_topics(kafka).size(), deadletter_topic(kafka).c_str());
  for (const std::string& fault : faults) std::printf("  %s\n", fault.c_str());
}

void check_topics(CommandLine& line) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  const auto kafka = kafka_settings(*settings);
  if (!kafka) return line.fail(kafka.error());
  const auto state = check_kafka_topics(*kafka);
  if (!state) return line.fail(state.error());
  const auto inbound = check_inbound_topics(*kafka);
  if (!inbound) return line.fail(inbound.error());
  auto faults = state->faults;
  faults.insert(faults.end(), inbound->begin(), inbound->end());
  report(*kafka, state->partitions, faults);
  if (!faults.empty()) line.fail(must_stop("kafka_settings", "a server does not start on these topics"));
}

void create_topics(CommandLine& line, std::int32_t replication) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  const auto kafka = kafka_settings(*settings);
  if (!kafka) return line.fail(kafka.error());
  const KafkaTopicShape shape{.partitions = static_cast<std::uint32_t>(settings->partitions),
                              .replication = replication};
  if (const auto made = create_kafka_topics(*kafka, shape); !made) return line.fail(made.error());
  if (const auto made = create_inbound_topics(*kafka, {.partitions = 4, .replication = replication}); !made)
    return line.fail(made.error());
  check_topics(line);
}

// A line a second on stderr.
class ProgressLines {
 public:
  void operator()(const CopyProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::seconds{1};
    const double share = progress.records_total == 0 ? 1
                                                     : static_cast<double>(progress.records) /
                                                           static_cast<double>(progress.records_total);
    std::fprintf(stderr, "%s: %llu of %llu records (%.1f %%)\n",
                 progress.stage == CopyProgress::Stage::copying ? "copying" : "comparing",
                 static_cast<unsigned long long>(progress.records),
                 static_cast<unsigned long long>(progress.records_total), 100 * share);
  }

 private:
  std::chrono::steady_clock::time_point next_ = {};
};

Result<Tally> copy(const LogSettings& embedded, const KafkaSettings& kafka, std::int32_t replication) {
  const SystemClock clock;
  const auto from = open_log(embedded, clock);
  if (!from) return from.error();
  const auto made =
      create_kafka_topics(kafka, {.partitions = (*from)->partitions(), .replication = replication});
  if (!made) return made.error();
  const auto inbound = create_inbound_topics(kafka, {.partitions = 4, .replication = replication});
  if (!inbound) return inbound.error();
  return copy_journal_to_kafka(**from, kafka, ProgressLines{});
}

void copy_journal(CommandLine& line, std::int32_t replication) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  const auto kafka = kafka_settings(*settings);
  if (!kafka) return line.fail(kafka.error());
  const auto embedded = embedded_settings(*settings);
  if (!embedded) return line.fail(embedded.error());
  const std::filesystem::path directory = embedded->directory;
  if (DataDirectory{settings->data_dir}.journal_state() == JournalState::empty)
    return line.fail(must_stop("no_journal", directory.string() + ": there is no embedded journal to copy"));
  const auto tally = copy(*embedded, *kafka, replication);
  if (!tally) return line.fail(tally.error());
  // Two journals of one id must not both grow: the embedded one is not found any more.
  std::error_code error;
  std::filesystem::rename(directory, directory.string() + ".moved", error);
  if (error)
    return line.fail(must_stop("data_dir", directory.string() + ": cannot be renamed: " + error.message()));
  std::printf("%llu records, digest %s: all as in %s.moved\n", static_cast<unsigned long long>(tally->count),
              tally->sum.text().c_str(), directory.c_str());
}

std::shared_ptr<std::int32_t> add_replication(CLI::App& command) {
  auto replication =
      std::make_shared<std::int32_t>(1);  // shared: the parser's callbacks outlive this function
  command.add_option("--replication", *replication, "On how many brokers each record lies; 3 on a cluster")
      ->check(CLI::Range(1, 100));
  return replication;
}

}  // namespace

void add_journal_commands(CLI::App& app, CommandLine& line) {
  auto* topics = app.add_subcommand("topics", "The journal's topics on Kafka (setting kafka_servers).");
  topics->require_subcommand(1);
  auto* create = topics->add_subcommand("create", "Make those that are missing, kept for ever.");
  create->callback([&line, replication = add_replication(*create)] { create_topics(line, *replication); });
  auto* check =
      topics->add_subcommand("check", "Whether a server may start on them, and what puts them right.");
  check->callback([&line] { check_topics(line); });

  auto* journal = app.add_subcommand("journal", "The journal as a whole.");
  journal->require_subcommand(1);
  auto* copying = journal->add_subcommand(
      "copy",
      "Carry the embedded journal of data_dir to Kafka, offset for offset, and compare every record; the "
      "server is "
      "stopped.\nPositions and checkpoints stay true. Interrupted, it goes on where it stopped.");
  copying->callback([&line, replication = add_replication(*copying)] { copy_journal(line, *replication); });
}

}  // namespace trunkline
