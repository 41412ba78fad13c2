#include "ops/cli.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace trunkline {

Result<Settings> CommandLine::settings() const {
  return read_settings(config_path, process_environment());
}

void CommandLine::fail(const Error& error) {
  std::fprintf(stderr, "trunkline: %s\n", error.message.c_str());
  exit_code = 1;
}

std::string api_key(const std::string& key_file) {
  const char* stated = std::getenv("TRUNKLINE_KEY");
  std::string key = stated != nullptr ? stated : "";
  if (!key_file.empty()) std::ifstream(key_file) >> key;
  return key;
}

std::string server_url(const Settings& settings) {
  return "http://" + settings.host + ":" + std::to_string(settings.port);
}

int run_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app{
      "Trunkline: the event-sourced backend for AI call centres.\n"
      "Events go in over HTTP or from files, are kept for ever, and come out as answers.\n\n"
      "A first try:  trunkline keys add --tenant acme --scopes ingest,read   then   trunkline serve",
      "trunkline"};
  app.add_option(
         "--config", line.config_path,
         "The configuration file (TOML). Every setting also has a variable TRUNKLINE_<NAME>; without a file "
         "the defaults hold.")
      ->check(CLI::ExistingFile)
      ->envname("TRUNKLINE_CONFIG");
  app.require_subcommand(1);
  app.fallthrough();
  add_serve_command(app, line);
  add_keys_commands(app, line);
  add_import_command(app, line);
  add_verify_command(app, line);
  add_events_command(app, line);
  add_rebuild_command(app, line);
  add_sample_command(app, line);
  add_journal_commands(app, line);
  add_deadletters_commands(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return line.exit_code;
}

}  // namespace trunkline
