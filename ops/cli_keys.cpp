#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "core/access.hpp"
#include "core/keys_master.hpp"
#include "ops/cli.hpp"
#include "ops/data_directory.hpp"

namespace trunkline {
namespace {

// Works beside a running server, which reads the file again; and before the first start, making the master
// key.
Result<std::unique_ptr<AccessFile>> open_access(const Settings& settings) {
  const DataDirectory directory{settings.data_dir};
  if (const auto made = directory.make(); !made) return made.error();
  const auto master = open_master_key(directory.master_key(), directory.journal_state());
  if (!master) return master.error();
  return AccessFile::open(directory.access(), *master);
}

std::string scopes_text(const std::vector<http::Scope>& scopes) {
  std::string text;
  for (const auto scope : scopes) text.append(text.empty() ? "" : ",").append(http::scope_name(scope));
  return text;
}

void add_key(CommandLine& line, const std::string& tenant, const std::vector<std::string>& names) {
  std::vector<http::Scope> scopes;
  for (const std::string& name : names) {
    const auto scope = http::parse_scope(name);
    if (!scope) return line.fail(rejected("scope", "a scope is ingest, read, command or admin"));
    scopes.push_back(*scope);
  }
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  const auto access = open_access(*settings);
  if (!access) return line.fail(access.error());
  const auto key = (*access)->add(TenantId{tenant}, scopes);
  if (!key) return line.fail(key.error());
  std::printf("%s\n", key->c_str());
  std::fprintf(stderr, "This key is shown only once. Send it as: Authorization: Bearer <key>\n");
}

void list_keys(CommandLine& line) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  const auto access = open_access(*settings);
  if (!access) return line.fail(access.error());
  for (const AccessKey& key : (*access)->keys())
    std::printf("%-16s %-24s %s\n", key.id.c_str(), key.tenant.value().c_str(),
                scopes_text(key.scopes).c_str());
}

void revoke_key(CommandLine& line, const std::string& id) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  const auto access = open_access(*settings);
  if (!access) return line.fail(access.error());
  if (const auto revoked = (*access)->revoke(id); !revoked) line.fail(revoked.error());
}

}  // namespace

void add_keys_commands(CLI::App& app, CommandLine& line) {
  auto* keys = app.add_subcommand("keys", "API keys: who may send events, read, command.");
  keys->require_subcommand(1);

  auto* add = keys->add_subcommand(
      "add",
      "Make a key and show it, once. The first key of a tenant makes the tenant known. Holds at once.");
  auto tenant = std::make_shared<std::string>();  // shared: the parser's callbacks outlive this function
  auto scopes = std::make_shared<std::vector<std::string>>();
  add->add_option("--tenant", *tenant, "The business; _platform for an operator's key, which may act for all")
      ->required();
  add->add_option("--scopes", *scopes,
                  "What it may do: ingest, read, command, admin (which includes the others)")
      ->delimiter(',')
      ->required();
  add->callback([&line, tenant, scopes] { add_key(line, *tenant, *scopes); });

  auto* list = keys->add_subcommand("list", "All keys: id, tenant, scopes.");
  list->callback([&line] { list_keys(line); });

  auto* revoke = keys->add_subcommand("revoke", "End a key, at once.");
  auto id = std::make_shared<std::string>();  // shared: as above
  revoke->add_option("id", *id, "As `trunkline keys list` shows it")->required();
  revoke->callback([&line, id] { revoke_key(line, *id); });
}

}  // namespace trunkline
