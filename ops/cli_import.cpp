#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "ops/cli.hpp"
#include "ops/import.hpp"

namespace trunkline {
namespace {

class Shown {
 public:
  void operator()(const ImportProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < std::chrono::milliseconds{500}) return;
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - started_).count();
    const double left = progress.share > 0 ? seconds * (1 - progress.share) / progress.share : 0;
    std::fprintf(stderr,
                 "\r%5.1f %%  %llu rows, %llu events, %.0f events/s, %llu rows refused, %.0f s left   ",
                 progress.share * 100, static_cast<unsigned long long>(progress.rows),
                 static_cast<unsigned long long>(progress.events),
                 static_cast<double>(progress.events) / std::max(seconds, 0.001),
                 static_cast<unsigned long long>(progress.refused), left);
  }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_{};
};

void run(CommandLine& line, ImportSettings settings, const std::string& key_file) {
  settings.key = api_key(key_file);
  if (settings.key.empty())
    return line.fail(rejected("key", "a key is needed: --key-file FILE, or the variable TRUNKLINE_KEY"));
  if (settings.url.empty()) {
    const auto server = line.settings();
    if (!server) return line.fail(server.error());
    settings.url = server_url(*server);
  }
  if (settings.report.empty())
    settings.report =
        std::filesystem::path(settings.file).stem().string() + "." + settings.tenant + ".refused.csv";
  Shown shown;
  const auto imported = import_file(settings, std::ref(shown));
  std::fprintf(stderr, "\n");
  if (!imported) return line.fail(imported.error());
  std::printf("%llu rows, %llu events on disk, %llu rows refused%s%s\n",
              static_cast<unsigned long long>(imported->rows),
              static_cast<unsigned long long>(imported->events),
              static_cast<unsigned long long>(imported->refused), imported->refused > 0 ? ": see " : "",
              imported->refused > 0 ? settings.report.c_str() : "");
  if (!imported->position.empty()) std::printf("position %s\n", imported->position.c_str());
}

}  // namespace

void add_import_command(CLI::App& app, CommandLine& line) {
  auto* import = app.add_subcommand("import",
                                    "Send a file (CSV or NDJSON) to the running server as events, by a "
                                    "mapping that says what a row means; see\n"
                                    "ingest/mappings/ for some. Interrupted? The same command goes on where "
                                    "it was. Importing again changes nothing.");
  auto settings = std::make_shared<ImportSettings>();  // shared: the parser's callback outlives this function
  auto key_file = std::make_shared<std::string>();
  import->add_option("file", settings->file, "The file")->required()->check(CLI::ExistingFile);
  import->add_option("--mapping", settings->mapping, "How rows become events (TOML)")
      ->required()
      ->check(CLI::ExistingFile);
  import->add_option("--tenant", settings->tenant, "Whose events they are")->required();
  import->add_option("--revision", settings->revision,
                     "Of a corrected file, from 1 up: its statements win over the former ones");
  import->add_option("--url", settings->url, "The server; default: host and port of the configuration");
  import->add_option("--key-file", *key_file,
                     "A file with an API key of scopes ingest and command (or TRUNKLINE_KEY)");
  import->add_option(
      "--report", settings->report,
      "Where refused rows are listed (row, pointer, code, reason; no values); default: in this directory");
  import->callback([&line, settings, key_file] { run(line, *settings, *key_file);
});
}  // namespace trunkline

}  // namespace trunkline
