// `trunkline events`: the history as lines on stdout; from the running server, or from the journal itself
// when there is none.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "core/http_client.hpp"
#include "core/json.hpp"
#include "ops/alone.hpp"
#include "ops/cli.hpp"
#include "ops/data_directory.hpp"
#include "ops/history.hpp"

namespace trunkline {
namespace {

constexpr std::string_view follow_an_hour = "3600000";
constexpr std::string_view heartbeat_begins = "{\"heartbeat\":";
constexpr std::string_view opened_begins = "{\"position\":\"";

struct Asked {
  std::vector<std::pair<std::string, std::string>> parameters;  // of GET /v1/events
  std::vector<std::string> types;
  std::string key_file;
  bool stored = false;
  bool follow = false;
};

std::string encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out.push_back(c);
    else
      out.append(1, '%').append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
  }
  return out;
}

std::string target_of(const Asked& asked, const std::string& from_position) {
  std::string target = "/v1/events?stored=" + std::string{asked.stored ? "true" : "false"};
  for (const std::string& type : asked.types) target += "&type=" + encoded(type);
  for (const auto& [name, value] : asked.parameters)
    if (!value.empty() && (name != "from_position" || from_position.empty()))
      target += "&" + name + "=" + encoded(value);
  if (!from_position.empty()) target += "&from_position=" + from_position;
  if (asked.follow) target += "&follow_ms=" + std::string{follow_an_hour};
  return target;
}

// Whole lines to stdout, heartbeats left out; notes up to where.
class Printer {
 public:
  bool take(std::string_view piece) {
    rest_.append(piece);
    std::size_t from = 0;
    for (std::size_t end; (end = rest_.find('\n', from)) != std::string::npos; from = end + 1)
      print(std::string_view{rest_}.substr(from, end - from + 1));
    rest_.erase(0, from);
    return std::fflush(stdout) == 0;
  }
  void restart() { rest_.clear(); }
  const std::string& position() const { return position_; }

 private:
  void print(std::string_view line) {
    const bool heartbeat = line.starts_with(heartbeat_begins);
    if (heartbeat) {
      json::Parser parser;
      const auto parsed = parser.parse(line);
      const auto object = parsed ? parsed->as_object() : std::nullopt;
      if (object) position_ = object->string("position").value_or("");
      return;
    }
    if (line.starts_with(opened_begins)) {
      const auto value = line.substr(opened_begins.size());
      position_ = value.substr(0, value.find('"'));
    }
    std::fwrite(line.data(), 1, line.size(), stdout);
  }

  std::string rest_, position_;
};

Error refusal(const http::Answer& answer) {
  json::Parser parser;
  const auto parsed = parser.parse(answer.body);
  const auto object = parsed ? parsed->as_object() : std::nullopt;
  return rejected("events", "the server answers " + std::to_string(answer.status) + ": " +
                                std::string{object ? object->string("detail").value_or("") : ""});
}

// While following, a connection that ends is taken up again where it was.
void ask_server(CommandLine& line, const Settings& settings, const Asked& asked) {
  Printer printer;
  do {
    printer.restart();
    auto client = http::Client::connect(server_url(settings), api_key(asked.key_file));
    if (!client) return line.fail(client.error());
    const std::string before = printer.position();
    const auto answer = client->get_in_pieces(target_of(asked, before),
                                              [&](std::string_view piece) { return printer.take(piece); });
    const bool got_on = printer.position() != before;
    if (!answer && !(asked.follow && got_on)) return line.fail(answer.error());
    if (answer && answer->status != 200) return line.fail(refusal(*answer));
  } while (asked.follow && std::ferror(stdout) == 0);
}

void ask_journal(CommandLine& line, const Settings& settings, Alone& alone, const Clock& clock,
                 const Asked& asked) {
  if (asked.follow) return line.fail(rejected("events", "--follow: no server runs, so nothing will come"));
  auto history = History::open(DataDirectory{settings.data_dir}.history_index().string(), alone.log(), clock,
                               alone.keys());
  if (!history) return line.fail(history.error());
  if (auto caught_up = (*history)->catch_up(); !caught_up) return line.fail(caught_up.error());
  http::Routes routes;
  (*history)->add_routes(routes);
  const http::Response response = ask(routes, http::Method::get, target_of(asked, {}));
  if (response.status != 200) return line.fail(refusal({response.status, response.body, {}}));
  Printer printer;
  printer.take(response.body);
  for (http::More more = response.pieces ? http::More::yes : http::More::no; more == http::More::yes;) {
    std::string piece;
    const auto next = response.pieces(piece);
    if (!next) return line.fail(next.error());
    if (!printer.take(piece)) return;
    more = *next;
  }
}

void run(CommandLine& line, const Asked& asked) {
  const auto settings = line.settings();
  if (!settings) return line.fail(settings.error());
  const SystemClock clock;
  const auto alone = Alone::open(*settings, clock);
  if (!alone) return line.fail(alone.error());
  *alone ? ask_journal(line, *settings, **alone, clock, asked) : ask_server(line, *settings, asked);
}

struct Option {
  const char* name;       // on the command line
  const char* parameter;  // of the query
  const char* about;
};
constexpr Option options[] = {
    {"--tenant", "tenant", "Whose history (an operator's key names one)"},
    {"--subject", "subject", "Only what is about this call, message, lead …"},
    {"--contact", "contact", "Only what names this telephone number, e-mail address, token, or visitor:ID"},
    {"--from", "from", "What came in from this time on (RFC 3339)"},
    {"--to", "to", "What came in before this time"},
    {"--happened-from", "happened_from", "What happened from this time on"},
    {"--happened-to", "happened_to", "What happened before this time"},
    {"--from-position", "from_position",
     "From a position on, as an answer or a line's \"position\" gives it"},
    {"--to-position", "to_position", "Up to a position"},
    {"--limit", "limit", "At most so many (1 to 1000)"},
};

}  // namespace

void add_events_command(CLI::App& app, CommandLine& line) {
  auto* events = app.add_subcommand("events",
                                    "Read the history: one event a line, opened, in the journal's order.\n"
                                    "By subject or contact through an index; the rest is a scan.");
  auto asked = std::make_shared<Asked>();  // shared: the parser's callback outlives this function
  asked->parameters.reserve(std::size(options));
  for (const Option& option : options)
    events->add_option(option.name, asked->parameters.emplace_back(option.parameter, "").second,
                       option.about);
  events->add_option("--type", asked->types, "Only these types: call.ended, or a family: 'call.*'");
  events->add_flag("--stored", asked->stored, "The stored bytes, sealed as they are");
  events->add_flag("--follow", asked->follow, "Then wait for more, until interrupted");
  events->add_option("--key-file", asked->key_file,
                     "A key with scope read, for asking a running server "
                     "(or TRUNKLINE_KEY); not needed without one");
  events->callback([&line, asked] { run(line, *asked); });
}

}  // namespace trunkline
