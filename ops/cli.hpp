// The command line: one file per group of commands, each adding its own to the one parser.
#pragma once
#include <string>

#include "core/config.hpp"
#include "core/result.hpp"

namespace CLI {
class App;
}

namespace trunkline {

// What all commands share. A command runs in its callback and leaves its exit code here.
struct CommandLine {
  std::string config_path;
  int exit_code = 0;

  Result<Settings> settings() const;
  void fail(const Error& error);  // says why on stderr; exit code 1
};

void add_serve_command(CLI::App& app, CommandLine& line);
void add_keys_commands(CLI::App& app, CommandLine& line);
void add_import_command(CLI::App& app, CommandLine& line);
void add_verify_command(CLI::App& app, CommandLine& line);
void add_rebuild_command(CLI::App& app, CommandLine& line);
void add_events_command(CLI::App& app, CommandLine& line);
void add_journal_commands(CLI::App& app, CommandLine& line);
void add_deadletters_commands(CLI::App& app, CommandLine& line);

std::string api_key(const std::string& key_file);  // else TRUNKLINE_KEY; empty when there is neither
std::string server_url(const Settings& settings);  // where the configured server answers
void add_sample_command(CLI::App& app, CommandLine& line);

int run_command_line(int argc, const char* const* argv);

}  // namespace trunkline
