#include <CLI/CLI.hpp>
#include <cstdio>

#include "core/http_client.hpp"
#include "core/json.hpp"
#include "ops/cli.hpp"

namespace trunkline {
namespace {

struct Wishes {
  std::string key_file, reason, type;
  std::vector<std::string> ids;
  bool all = false, dry_run = false;
};

std::string member(const json::Object& object, std::string_view name) {
  return std::string(object.string(name).value_or(""));
}

std::string query_of(const Wishes& wishes) {
  std::string query = "?limit=1000";
  for (const auto& [name, value] : {std::pair{"reason", wishes.reason}, std::pair{"type", wishes.type}})
    if (!value.empty()) query += "&" + std::string{name} + "=" + value;
  return query;
}

// What is the same for every command: the server, and its answers.
class Desk {
 public:
  static Result<Desk> connect(const CommandLine& line, const Wishes& wishes) {
    const auto settings = line.settings();
    if (!settings) return settings.error();
    auto client = http::Client::connect(server_url(*settings), api_key(wishes.key_file));
    if (!client) return client.error();
    return Desk(std::move(*client));
  }

  Result<std::string> get(const std::string& target) {
    return body_of(client_.get("/v1/deadletters" + target));
  }
  Result<std::string> post(const std::string& target) {
    return body_of(client_.post("/v1/deadletters" + target, "application/json", ""));
  }

  Result<std::vector<std::string>> ids(const Wishes& wishes) {
    if (!wishes.all) return wishes.ids;
    const auto body = get(query_of(wishes));
    if (!body) return body.error();
    json::Parser parser;
    const auto document = parser.parse(*body);
    if (!document) return document.error();
    std::vector<std::string> ids;
    for (const json::Value each : *document->as_object()->array("deadletters"))
      ids.push_back(member(*each.as_object(), "id"));
    return ids;
  }

 private:
  explicit Desk(http::Client client) : client_(std::move(client)) {}
  static Result<std::string> body_of(Result<http::Answer> answer) {
    if (!answer) return answer.error();
    if (answer->status == 200) return std::move(answer->body);
    return rejected("deadletters", "the server answers " + std::to_string(answer->status) +
                                       " (an operator's key is needed: --key-file): " + answer->body);
  }
  http::Client client_;
};

// "schema /data/duration_ms: is not an integer; …"
std::string reasons_text(const json::Object& entry) {
  std::string text;
  const auto reasons = entry.array("reasons");
  if (!reasons) return text;
  for (const json::Value each : *reasons) {
    const auto reason = each.as_object();
    const std::string pointer = member(*reason, "pointer");
    text += (text.empty() ? "" : "; ") + member(*reason, "code") + (pointer.empty() ? "" : " " + pointer) +
            ": " + member(*reason, "message");
  }
  return text;
}

void list(CommandLine& line, const Wishes& wishes) {
  auto desk = Desk::connect(line, wishes);
  if (!desk) return line.fail(desk.error());
  const auto body = desk->get(query_of(wishes));
  if (!body) return line.fail(body.error());
  json::Parser parser;
  const auto document = parser.parse(*body);
  if (!document) return line.fail(document.error());
  for (const json::Value each : *document->as_object()->array("deadletters")) {
    const auto entry = *each.as_object();
    std::printf("%-26s %-16s %-22s %s\n", member(entry, "id").c_str(), member(entry, "tenant").c_str(),
                member(entry, "type").c_str(), reasons_text(entry).c_str());
  }
}

void show(CommandLine& line, const Wishes& wishes) {
  auto desk = Desk::connect(line, wishes);
  if (!desk) return line.fail(desk.error());
  for (const std::string& id : wishes.ids) {
    const auto body = desk->get("/" + id);
    if (!body) return line.fail(body.error());
    std::printf("%s\n", body->c_str());
  }
}

// Retries or drops each; exit code 2 when one is refused again.
void settle(CommandLine& line, const Wishes& wishes, const std::string& action) {
  auto desk = Desk::connect(line, wishes);
  if (!desk) return line.fail(desk.error());
  const auto ids = desk->ids(wishes);
  if (!ids) return line.fail(ids.error());
  if (ids->empty() && !wishes.all)
    return line.fail(
        rejected("deadletters", "which ones? Name their ids, or --all with --reason and --type"));
  for (const std::string& id : *ids) {
    const auto body = desk->post("/" + id + "/" + action + (wishes.dry_run ? "?dry_run=true" : ""));
    if (!body) return line.fail(body.error());
    json::Parser parser;
    const auto answer = parser.parse(*body);
    if (!answer) return line.fail(answer.error());
    const std::string outcome = member(*answer->as_object(), "outcome");
    std::printf("%-26s %s%s %s\n", id.c_str(), wishes.dry_run ? "would be " : "", outcome.c_str(),
                reasons_text(*answer->as_object()).c_str());
    if (outcome == "refused") line.exit_code = 2;
  }
}

void add_filters(CLI::App& command, Wishes& wishes) {
  command.add_option("--reason", wishes.reason,
                     "Only those refused for this code: schema, unknown_tenant, …");
  command.add_option("--type", wishes.type, "Only events of this type: call.ended, …");
}

}  // namespace

void add_deadletters_commands(CLI::App& app, CommandLine& line) {
  auto wishes = std::make_shared<Wishes>();  // shared: the parser's callbacks outlive this function
  auto* group = app.add_subcommand(
      "deadletters",
      "What was set aside: messages refused of Kafka's inbound topics, events that a read model "
      "parked. Asks the running server.");
  group->require_subcommand(1);
  group->add_option("--key-file", wishes->key_file, "An operator's key (or TRUNKLINE_KEY)");
  auto* listing = group->add_subcommand("list", "Id, tenant, type and reasons of each, oldest first.");
  add_filters(*listing, *wishes);
  listing->callback([&line, wishes] { list(line, *wishes); });
  auto* showing =
      group->add_subcommand("show", "One with all that is known of it, and the original, opened.");
  showing->add_option("id", wishes->ids)->required();
  showing->callback([&line, wishes] { show(line, *wishes); });
  auto* retrying =
      group->add_subcommand("retry", "Try again: after a schema, a tenant or a fold was put right.");
  retrying->add_option("id", wishes->ids);
  retrying->add_flag("--all", wishes->all, "Every one, or those of --reason and --type");
  retrying->add_flag("--dry-run", wishes->dry_run, "Only say what a retry would do now");
  add_filters(*retrying, *wishes);
  retrying->callback([&line, wishes] { settle(line, *wishes, "retry"); });
  auto* dropping = group->add_subcommand("drop", "Give up: it is in no row, and nobody is reminded of it.");
  dropping->add_option("id", wishes->ids);
  dropping->add_flag("--all", wishes->all, "Every one, or those of --reason and --type");
  add_filters(*dropping, *wishes);
  dropping->callback([&line, wishes] { settle(line, *wishes, "drop"); });
}

}  // namespace trunkline
