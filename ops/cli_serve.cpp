#include <CLI/CLI.hpp>

#include "ops/cli.hpp"
#include "ops/serve.hpp"

namespace trunkline {

void add_serve_command(CLI::App& app, CommandLine& line) {
  auto* serve =
      app.add_subcommand("serve",
                         "Run the server: takes events, folds the read models, answers queries. Ends on "
                         "Ctrl-C or SIGTERM, after the\n"
                         "requests under way have been answered. Needs a Postgres database (setting "
                         "`postgres`) and a directory of its\n"
                         "own (setting `data_dir`) for the journal and the master key: keep both safe.");
  auto roles = std::make_shared<std::string>();  // shared: the parser's callback outlives this function
  serve->add_option(
      "--roles", *roles,
      "On Kafka: ingest,commands,projections,query, any of them; several processes share the work "
      "(setting roles)");
  serve->callback([&line, roles] {
    auto settings = line.settings();
    if (!settings) return line.fail(settings.error());
    if (!roles->empty()) settings->roles = *roles;
    if (const auto served = serve_until_signal(*settings); !served) line.fail(served.error());
  });
}

}  // namespace trunkline
