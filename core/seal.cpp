#include "core/seal.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace trunkline {
namespace {

constexpr std::string_view separator{"\0", 1};

std::string plaintext_json(const PersonalParts::Literal* literal, const PersonalParts* parts) {
  std::string text;
  json::Writer writer(text);
  writer.open('{');
  if (literal != nullptr)
    writer.key("contacts").open('{').key(literal->token.value()).string(literal->value).close('}');
  if (parts != nullptr && !(parts->fields.empty() && parts->field_members.empty())) {
    writer.key("fields").open('{');
    for (const auto& field : parts->fields) writer.key(field.pointer).raw(field.json);
    if (!parts->field_members.empty()) writer.raw(parts->field_members);
    writer.close('}');
  }
  writer.close('}');
  return text;
}

void write_box(json::Writer& writer, const Plaintext& plain, const SealingKeys& keys,
               std::string_view bound) {
  if (const SecretKey* key = keys.key(plain.token))
    writer.key("box").string(base64(seal_box(*key, plain.json, bound)));
  else
    writer.key("redacted").boolean(true);
}

}  // namespace

void note_tokens(const PersonalParts& parts, std::vector<Token>& tokens) {
  if (parts.empty()) return;
  tokens.push_back(parts.owner);
  for (const auto& literal : parts.literals) tokens.push_back(literal.token);
}

SealingKeys::~SealingKeys() {
  for (auto& [token, key] : keys_)
    if (key) wipe(*key);
}

Result<SealingKeys> SealingKeys::fetch(KeyStore& store, const TenantId& tenant, std::vector<Token> tokens) {
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  SealingKeys fetched;
  if (tokens.empty()) return fetched;
  auto keys = store.keys_to_seal(tenant, tokens);
  if (!keys) return keys.error();
  fetched.keys_.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) fetched.keys_.emplace(std::move(tokens[i]), (*keys)[i]);
  return fetched;
}

const SecretKey* SealingKeys::key(const Token& token) const {
  const auto& key = keys_.at(token);
  return key ? &*key : nullptr;
}

std::vector<Plaintext> plaintexts(const PersonalParts& parts) {
  std::vector<Plaintext> plain;
  if (parts.empty()) return plain;
  const PersonalParts::Literal* own = nullptr;
  for (const auto& literal : parts.literals) {
    if (literal.token == parts.owner)
      own = &literal;
    else
      plain.push_back({literal.token, plaintext_json(&literal, nullptr)});
  }
  std::sort(plain.begin(), plain.end(), [](const auto& a, const auto& b) { return a.token < b.token; });
  if (own != nullptr || !parts.fields.empty() || !parts.field_members.empty())
    plain.insert(plain.begin(), {parts.owner, plaintext_json(own, &parts)});
  return plain;
}

std::string seal(const std::vector<Plaintext>& plain, const Token& owner, const SealingKeys& keys,
                 std::string_view tenant, std::string_view event_id) {
  std::string member;
  if (plain.empty()) return member;
  std::string bound{tenant};
  bound.append(separator).append(event_id);
  json::Writer writer(member);
  writer.open('{').key("token").string(owner.value()).key("version").number(1);
  auto others = plain.begin();
  if (others->token == owner) write_box(writer, *others++, keys, bound);
  if (others != plain.end()) {
    writer.key("others").open('[');
    for (; others != plain.end(); ++others) {
      writer.open('{').key("token").string(others->token.value());
      write_box(writer, *others, keys, bound);
      writer.close('}');
    }
    writer.close(']');
  }
  writer.close('}');
  return member;
}

std::string content_hash(const Hmac& tenant_secret, std::span<const std::string_view> clear,
                         const std::vector<Plaintext>& plain) {
  std::vector<std::string_view> parts(clear.begin(), clear.end());
  for (const auto& plaintext : plain) {
    parts.push_back(separator);
    parts.push_back(plaintext.json);
  }
  return hex(as_text(tenant_secret.of(parts)).substr(0, 16));
}

}  // namespace trunkline
