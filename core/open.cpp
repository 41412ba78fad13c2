#include "core/open.hpp"

#include <algorithm>
#include <map>

#include "core/crypto.hpp"

namespace trunkline {
namespace {

struct Box {
  Token token;
  std::string_view base64;  // empty: redacted when it was sealed
};

// The boxes of a `personal` member, which lives as long as its parser's document.
std::vector<Box> boxes_of(json::Object personal) {
  std::vector<Box> boxes;
  const auto take = [&](json::Object member) {
    const auto box = member.string("box");
    if (box || member.boolean("redacted").value_or(false))
      boxes.push_back({Token{std::string{member.string("token").value_or("")}}, box.value_or("")});
  };
  take(personal);
  if (const auto others = personal.array("others"))
    for (const auto other : *others)
      if (const auto member = other.as_object()) take(*member);
  return boxes;
}

Error damaged(const SealedEvent& event) {
  return must_stop("sealed", "a sealed box of an event of tenant " + event.tenant.value() +
                                 " was altered or belongs to another event");
}

// Adds what lies in one opened box.
bool take_plaintext(json::Parser& parser, const std::string& plaintext, Opened& opened) {
  const auto parsed = parser.parse(plaintext);
  const auto root = parsed ? parsed->as_object() : std::nullopt;
  if (!root) return false;
  if (const auto contacts = root->object("contacts"))
    for (const auto [token, literal] : *contacts)
      opened.literals.push_back({std::string{token}, std::string{literal.as_string().value_or("")}});
  if (const auto fields = root->object("fields"))
    for (const auto [pointer, value] : *fields) {
      std::string text;
      json::write(text, value);
      opened.fields.push_back({std::string{pointer}, std::move(text)});
    }
  return true;
}

using TokenKeys = std::map<Token, std::optional<SecretKey>>;

// The keys of all boxes that are there, fetched once per tenant.
Result<std::map<TenantId, TokenKeys>> fetch_keys(KeyStore& store, std::span<const SealedEvent> events) {
  std::map<TenantId, TokenKeys> wanted;
  json::Parser parser;
  for (const auto& event : events) {
    if (event.personal.empty()) continue;
    const auto parsed = parser.parse(event.personal);
    const auto personal = parsed ? parsed->as_object() : std::nullopt;
    if (!personal) return damaged(event);
    for (const auto& box : boxes_of(*personal))
      if (!box.base64.empty()) wanted[event.tenant].try_emplace(box.token);
  }
  for (auto& [tenant, keys] : wanted) {
    std::vector<Token> tokens;
    for (const auto& [token, key] : keys) tokens.push_back(token);
    const auto fetched = store.keys_to_open(tenant, tokens);
    if (!fetched) return fetched.error();
    auto key = fetched->begin();
    for (auto& [token, slot] : keys) slot = *key++;
  }
  return wanted;
}

Result<Opened> open_one(const SealedEvent& event, const TokenKeys& keys, json::Parser& parser,
                        json::Parser& inner) {
  Opened opened;
  const auto parsed = parser.parse(event.personal);
  const auto personal = parsed ? parsed->as_object() : std::nullopt;
  if (!personal) return damaged(event);
  const std::string bound = event.tenant.value() + '\0' + event.event_id;
  for (const auto& box : boxes_of(*personal)) {
    const auto key = keys.find(box.token);
    if (box.base64.empty() || key == keys.end() || !key->second) {
      opened.redacted.push_back(box.token);
      continue;
    }
    const auto bytes = from_base64(box.base64);
    const auto plaintext = bytes ? open_box(*key->second, *bytes, bound) : std::nullopt;
    if (!plaintext || !take_plaintext(inner, *plaintext, opened)) return damaged(event);
  }
  return opened;
}

const std::string* value_named(const std::vector<Opened::Entry>& entries, std::string_view name) {
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const auto& each) { return each.name == name; });
  return entry == entries.end() ? nullptr : &entry->value;
}

}  // namespace

const std::string* Opened::literal(std::string_view token) const {
  return value_named(literals, token);
}

const std::string* Opened::field(std::string_view pointer) const {
  return value_named(fields, pointer);
}

std::optional<std::string> Opened::text(std::string_view pointer) const {
  const auto* json_text = field(pointer);
  if (json_text == nullptr) return std::nullopt;
  json::Parser parser;
  const auto parsed = parser.parse(*json_text);
  const auto text = parsed ? parsed->as_string() : std::nullopt;
  return text ? std::optional{std::string{*text}} : std::nullopt;
}

SealedEvent sealed_part(const EventView& event) {
  SealedEvent sealed{TenantId{std::string{event.tenant}}, std::string{event.id}, {}};
  if (const auto personal = event.data.find("personal")) json::write(sealed.personal, *personal);
  return sealed;
}

Result<std::vector<Opened>> open_all(KeyStore& store, std::span<const SealedEvent> events) {
  const auto keys = fetch_keys(store, events);
  if (!keys) return keys.error();
  const TokenKeys none;
  json::Parser parser, inner;
  std::vector<Opened> all;
  all.reserve(events.size());
  for (const auto& event : events) {
    if (event.personal.empty()) {
      all.emplace_back();
      continue;
    }
    const auto known = keys->find(event.tenant);
    auto opened = open_one(event, known == keys->end() ? none : known->second, parser, inner);
    if (!opened) return opened.error();
    all.push_back(*std::move(opened));
  }
  return all;
}

Result<Opened> open(KeyStore& store, const SealedEvent& event) {
  auto opened = open_all(store, {&event, 1});
  if (!opened) return opened.error();
  return std::move(opened->front());
}

}  // namespace trunkline
