#include "ingest/letters.hpp"

#include <algorithm>
#include <set>

#include "core/crypto.hpp"
#include "core/json.hpp"
#include "ingest/binary_mode.hpp"

namespace trunkline {
namespace {

constexpr std::string_view schema_sql = R"(
SELECT pg_advisory_xact_lock(hashtext('trunkline.deadletters.schema'));
CREATE SCHEMA IF NOT EXISTS deadletters;
CREATE TABLE IF NOT EXISTS deadletters.settled (
  letter  bigint PRIMARY KEY,     -- its offset in the topic of dead letters
  outcome text NOT NULL,
  at      timestamptz NOT NULL DEFAULT now()
);
)";

constexpr std::string_view day_token_prefix = "d_";
constexpr std::string_view platform = "_platform";

std::string day_of(Time time) {
  return format_time(time).substr(0, 10);
}

Token day_token(const std::string& day) {
  return Token{std::string{day_token_prefix} + day};
}

// The box of a message belongs to the place where it came in.
std::string bound_to(const Letter& letter) {
  return letter.tenant + '\0' + letter.topic + '\0' + std::to_string(letter.partition) + '\0' +
         std::to_string(letter.offset);
}

// {"headers":[["name","base64"]…]} \n value: JSON never holds a bare line's end.
std::string plaintext_of(const InboundMessage& message) {
  std::string text;
  json::Writer out(text);
  out.open('{').key("headers").open('[');
  for (const auto& [name, value] : message.headers)
    out.open('[').string(base64(name)).string(base64(value)).close(']');
  out.close(']').close('}');
  return text + "\n" + message.value;
}

std::string reasons_json(const std::vector<Reason>& reasons) {
  std::string text;
  json::Writer out(text);
  out.open('[');
  for (const Reason& reason : reasons) {
    out.open('{').key("code").string(reason.code).key("message").string(reason.message);
    if (!reason.pointer.empty()) out.key("pointer").string(reason.pointer);
    if (!reason.schema.empty()) out.key("schema").string(reason.schema);
    out.close('}');
  }
  out.close(']');
  return text;
}

}  // namespace

Result<std::string> document_of(const InboundMessage& message) {
  if (message.value.empty()) return rejected("empty", "the message has no value");
  const auto attribute = [&message](std::string_view name) {
    return message.header("ce_" + std::string{name});
  };
  if (attribute("specversion").empty() && attribute("type").empty()) return message.value;
  std::string_view type = message.header("content-type");
  type = type.substr(0, type.find_first_of("; "));
  return structured_from_attributes(type.empty() ? "application/json" : type, attribute, message.value);
}

Result<std::unique_ptr<Letters>> Letters::open(PostgresKeys& keys, LetterTopic& topic, const Gate& gate) {
  auto session = keys.pool().borrow();
  if (!session) return session.error();
  if (const Status made = (*session)->script(schema_sql); !made) return made.error();
  return std::unique_ptr<Letters>(new Letters(keys, topic, gate));
}

// As far as it can be known of what may be anything.
std::string Letters::tenant_and_type(const InboundMessage& message, std::string& type) const {
  const auto document = document_of(message);
  json::Parser parser;
  const auto parsed = document ? parser.parse(*document) : Result<json::Value>{document.error()};
  const auto object = parsed ? parsed->as_object() : json::Found<json::Object>{};
  if (!object) return std::string{platform};
  const std::string stated{object->string("type").value_or("")};
  if (gate_.catalogue.newest(stated) != nullptr) type = stated;
  TenantId tenant{std::string{object->string("tenantid").value_or("")}};
  return !tenant.value().empty() && gate_.knows_tenant(tenant) ? tenant.value() : std::string{platform};
}

Result<std::string> Letters::sealed(Letter& letter, const InboundMessage& message) {
  const Token token = day_token(letter.day);
  const auto keys = keys_.keys_to_seal(TenantId{letter.tenant}, std::span{&token, 1});
  if (!keys) return keys.error();
  if (!keys->front())
    return must_stop("clock", "the key of today's dead letters is destroyed: is the clock right?");
  return seal_box(*keys->front(), plaintext_of(message), bound_to(letter));
}

Status Letters::keep(const std::vector<Refused>& refused) {
  std::vector<Letter> letters;
  for (const auto& [message, reasons] : refused) {
    Letter letter;
    letter.topic = message->topic;
    letter.partition = message->partition;
    letter.offset = message->offset;
    letter.day = day_of(gate_.clock.now());
    letter.tenant = tenant_and_type(*message, letter.type);
    letter.reasons = reasons_json(*reasons);
    auto box = sealed(letter, *message);
    if (!box) return box.error();
    letter.box = std::move(*box);
    letters.push_back(std::move(letter));
  }
  return topic_.publish(letters);
}

Status Letters::visit(const std::function<LetterTopic::Next(const Letter&)>& visit) {
  std::set<std::uint64_t> settled;
  {
    auto session = keys_.pool().borrow();
    if (!session) return session.error();
    const auto rows = (*session)->run("SELECT letter FROM deadletters.settled");
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i)
      settled.insert(static_cast<std::uint64_t>(rows->integer(i, 0)));
  }
  return topic_.visit(0, [&](const Letter& letter) {
    return settled.contains(letter.number) ? LetterTopic::Next::more : visit(letter);
  });
}

Result<Letter> Letters::find(std::uint64_t number) {
  auto session = keys_.pool().borrow();
  if (!session) return session.error();
  const auto rows = (*session)->run("SELECT 1 FROM deadletters.settled WHERE letter = $1",
                                    Params{}.integer(static_cast<std::int64_t>(number)));
  if (!rows) return rows.error();
  std::optional<Letter> found;
  if (rows->size() == 0) {
    const Status visited = topic_.visit(number, [&](const Letter& letter) {
      if (letter.number == number) found = letter;
      return LetterTopic::Next::enough;
    });
    if (!visited) return visited.error();
  }
  if (!found) return rejected("not_found", "there is no such dead letter: it is settled, or expired");
  return std::move(*found);
}

Result<InboundMessage> Letters::opened(const Letter& letter) {
  const Token token = day_token(letter.day);
  const auto keys = keys_.keys_to_open(TenantId{letter.tenant}, std::span{&token, 1});
  if (!keys) return keys.error();
  if (!keys->front()) return rejected("expired", "the key of that day is destroyed");
  const auto plain = open_box(*keys->front(), letter.box, bound_to(letter));
  const auto cut = plain ? plain->find('\n') : std::string::npos;
  if (cut == std::string::npos) return must_stop("sealed", "a dead letter was altered");
  InboundMessage message{letter.topic, letter.partition, letter.offset, {}, plain->substr(cut + 1)};
  json::Parser parser;
  const auto head = parser.parse(std::string_view{*plain}.substr(0, cut));
  if (!head) return head.error();
  for (const json::Value pair : *head->as_object()->array("headers")) {
    std::vector<std::string> both;
    for (const json::Value text : *pair.as_array()) both.push_back(*from_base64(*text.as_string()));
    message.headers.emplace_back(both.at(0), both.at(1));
  }
  return message;
}

Status Letters::settle(std::uint64_t number, Outcome outcome) {
  auto session = keys_.pool().borrow();
  if (!session) return session.error();
  const auto written = (*session)->run(
      "INSERT INTO deadletters.settled (letter, outcome) VALUES ($1, $2) ON CONFLICT DO NOTHING",
      Params{}
          .integer(static_cast<std::int64_t>(number))
          .text(outcome == Outcome::retried ? "retried" : "dropped"));
  return written ? done() : Status{written.error()};
}

Status Letters::expire() {
  const std::string oldest = day_of(gate_.clock.now() - std::chrono::days{letters_kept_days});
  std::vector<std::pair<TenantId, Token>> expired;
  {
    auto session = keys_.pool().borrow();
    if (!session) return session.error();
    const auto rows = (*session)->run(
        "SELECT tenant, token FROM keys.tokens WHERE token LIKE 'd\\_%' AND token < $1 AND erased_at IS NULL",
        Params{}.text(day_token(oldest).value()));
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i)
      expired.emplace_back(TenantId{std::string{rows->text(i, 0)}}, Token{std::string{rows->text(i, 1)}});
  }
  for (const auto& [tenant, token] : expired)
    if (const Status destroyed = keys_.destroy(tenant, std::span{&token, 1}); !destroyed) return destroyed;
  return done();
}

}  // namespace trunkline
