#include <CLI/CLI.hpp>
#include <cstdio>

#include "core/http_client.hpp"
#include "core/json.hpp"
#include "core/keys_master.hpp"
#include "core/keys_postgres.hpp"
#include "core/log/open_log.hpp"
#include "ops/cli.hpp"
#include "ops/data_directory.hpp"
#include "ops/verify_job.hpp"

namespace trunkline {
namespace {

void show(CommandLine& line, std::string_view report_json) {
  json::Parser parser;
  const auto report = parser.parse(report_json);
  const auto object = report ? report->as_object() : std::nullopt;
  if (!object) return line.fail(must_stop("verify", "the server's answer is not a report"));
  for (const json::Value finding : *object->array("findings"))
    std::printf("%s\n", std::string{finding.as_string().value_or("")}.c_str());
  const bool complete = object->boolean("complete").value_or(false);
  std::printf("%s: %lld records of the journal recounted, %lld parked\n",
              complete ? "complete" : "NOT complete",
              static_cast<long long>(object->integer("records").value_or(0)),
              static_cast<long long>(object->integer("parked").value_or(0)));
  if (!complete) line.exit_code = 2;
}

// The server that has the journal does it.
void verify_over_http(CommandLine& line, const Settings& settings, const std::string& key_file, bool deep) {
  auto client = http::Client::connect(server_url(settings), api_key(key_file));
  if (!client) return line.fail(client.error());
  const auto answer = client->post(deep ? "/v1/verify?deep=true" : "/v1/verify", "application/json", "");
  if (!answer) return line.fail(answer.error());
  if (answer->status != 200)
    return line.fail(rejected("verify", "the running server answers " + std::to_string(answer->status) +
                                            ": an operator's key is needed (--key-file): " + answer->body));
  show(line, answer->body);
}

void verify_here(CommandLine& line, const Settings& settings, Log& log, bool deep) {
  const DataDirectory directory{settings.data_dir};
  const auto state = directory.journal_state();
  const auto master = open_master_key(directory.master_key(), state);
  if (!master) return line.fail(master.error());
  PostgresPool pool(settings.postgres, 2);
  const auto keys = PostgresKeys::open(pool, *master, state);
  if (!keys) return line.fail(keys.error());
  VerifyOptions options;
  options.depth = deep ? Depth::deep : Depth::plain;
  options.fold.keys = keys->get();
  const auto report = verify(log, settings.postgres, projections(), options);
  if (!report) return line.fail(report.error());
  show(line, verify_json(*report));
}

void run(CommandLine& line, const std::string& key_file, bool deep) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  // On Kafka a server runs, or verifying has nothing to answer for.
  if (!settings->kafka_servers.empty()) return verify_over_http(line, *settings, key_file, deep);
  const DataDirectory directory{settings->data_dir};
  const SystemClock clock;
  LogSettings journal;
  journal.directory = directory.journal().string();
  journal.partitions = static_cast<std::uint32_t>(settings->partitions);
  if (directory.journal_state() == JournalState::empty)
    return line.fail(rejected("verify", journal.directory + ": there is no journal here (setting data_dir)"));
  if (auto log = open_log(journal, clock); log) return verify_here(line, *settings, **log, deep);
  verify_over_http(line, *settings, key_file, deep);
}

}  // namespace

void add_verify_command(CLI::App& app, CommandLine& line) {
  auto* verify = app.add_subcommand(
      "verify",
      "Prove that every read model holds all of the journal exactly once: recounts the journal against "
      "every\n"
      "checkpoint and every number against its facts. Says \"complete\", or what differs (exit code 2).");
  auto deep = std::make_shared<bool>(false);  // shared: the parser's callback outlives this function
  auto key_file = std::make_shared<std::string>();
  verify->add_flag("--deep", *deep,
                   "Besides, fold the journal anew beside the rows and compare every column");
  verify->add_option(
      "--key-file", *key_file,
      "An operator's key, for asking a running server (or TRUNKLINE_KEY); not needed without one");
  verify->callback([&line, key_file, deep] { run(line, *key_file, *deep); });
}

}  // namespace trunkline
