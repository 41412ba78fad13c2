#include <CLI/CLI.hpp>
#include <cstdio>

#include "ops/cli.hpp"
#include "ops/sample/sample.hpp"

namespace trunkline {
namespace {

struct Wishes {
  sample::Settings settings;
  std::string until;
  bool list = false;
};

// A day means its beginning; nothing said means the last full hour.
std::optional<Time> until_of(const std::string& text) {
  if (text.empty()) return std::chrono::floor<std::chrono::hours>(SystemClock{}.now());
  return parse_time(text.size() == 10 ? text + "T00:00:00Z" : text);
}

void print_lines(const std::vector<std::string>& lines) {
  for (const std::string& text : lines) std::printf("%s\n", text.c_str());
}

void run_sample(CommandLine& line, Wishes& wishes) {
  if (wishes.list) return print_lines(sample::tenant_names());
  const auto until = until_of(wishes.until);
  if (!until) return line.fail(rejected("until", "--until is a day (2026-03-15) or an RFC 3339 time"));
  wishes.settings.until = *until;
  const auto lines = sample::make_sample(wishes.settings);
  if (!lines) return line.fail(lines.error());
  print_lines(lines.value());
}

}  // namespace

void add_sample_command(CLI::App& app, CommandLine& line) {
  auto* command = app.add_subcommand("sample",
                                     "Write an invented history as NDJSON: six businesses, their calls, "
                                     "chats, leads and what came of them.\n"
                                     "The same seed, days and end give the same events.");
  auto wishes = std::make_shared<Wishes>();  // shared: the parser's callback outlives this function
  command->add_option("--seed", wishes->settings.seed, "Another seed, another history")
      ->capture_default_str();
  command->add_option("--days", wishes->settings.days, "How long")
      ->capture_default_str()
      ->check(CLI::Range(1, 3650));
  command->add_option("--until", wishes->until, "Its end: a day or an RFC 3339 time (the last full hour)");
  command->add_option("--tenants", wishes->settings.tenants, "Only these, separated by commas (all)")
      ->delimiter(',');
  command->add_flag("--list", wishes->list, "Only name the tenants there are");
  command->callback([&line, wishes] { run_sample(line, *wishes); });
}

}  // namespace trunkline
