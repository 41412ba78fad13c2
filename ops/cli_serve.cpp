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
  serve->callback([&line] {
    const auto settings = line.settings();
    if (!settings) return line.fail(settings.error());
    if (const auto served = serve_until_signal(*settings); !served) line.fail(served.error());
  });
}

}  // namespace trunkline
