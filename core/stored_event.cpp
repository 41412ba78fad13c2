#include "core/stored_event.hpp"

#include "core/json.hpp"

namespace trunkline {
namespace {

// The attributes before `recordedtime`, with the opening brace and without a comma behind.
std::string attributes(const Envelope& envelope) {
  std::string head;
  head.reserve(512);
  json::Writer writer(head);
  const auto optional = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) writer.key(name).string(text);
  };
  writer.open('{').key("specversion").string("1.0").key("id").string(envelope.id);
  writer.key("source").string(envelope.source).key("type").string(envelope.type);
  optional("subject", envelope.subject);
  writer.key("time").string(format_time(envelope.time));
  optional("dataschema", envelope.dataschema);
  writer.key("tenantid").string(envelope.tenant.value());
  optional("correlationid", envelope.correlation);
  optional("causationid", envelope.causation);
  optional("actor", envelope.actor);
  std::string contacts;
  for (const Token& token : envelope.contacts) {
    if (!contacts.empty()) contacts.push_back(' ');
    contacts.append(token.value());
  }
  optional("contacts", contacts);
  if (envelope.horizon == Horizon::history) writer.key("history").boolean(true);
  return head;
}

}  // namespace

Result<Draft> stored_event(const Envelope& envelope, std::string_view clear_data, const PersonalParts& parts,
                           const Hmac& tenant_secret, const SealingKeys& keys) {
  const auto plain = plaintexts(parts);
  Draft draft{envelope.tenant, attributes(envelope), 0};
  std::string& document = draft.document;
  const std::string_view clear[] = {document, ",\"data\":", clear_data, "}"};
  const auto hash = content_hash(tenant_secret, clear, plain);
  const auto personal = seal(plain, parts.owner, keys, envelope.tenant.value(), envelope.id);

  document.reserve(document.size() + clear_data.size() + personal.size() + 128);
  document.append(",\"recordedtime\":\"");
  draft.recordedtime_at = document.size();
  document.append(formatted_time_size, ' ');
  document.append("\",\"contenthash\":\"").append(hash).append("\",\"data\":");
  document.append(clear_data.substr(0, clear_data.size() - 1));
  if (!personal.empty()) {
    if (document.back() != '{') document.push_back(',');
    document.append("\"personal\":").append(personal);
  }
  document.append("}}");
  if (document.size() > document_bytes_max)
    return rejected("too_large", "the event is larger than " + std::to_string(document_bytes_max) + " bytes");
  return draft;
}

Result<Draft> stored_event(const Envelope& envelope, std::string_view clear_data, const PersonalParts& parts,
                           KeyStore& store) {
  const auto secret = store.tenant_secret(envelope.tenant);
  if (!secret) return secret.error();
  std::vector<Token> tokens;
  note_tokens(parts, tokens);
  const auto keys = SealingKeys::fetch(store, envelope.tenant, std::move(tokens));
  if (!keys) return keys.error();
  return stored_event(envelope, clear_data, parts, Hmac{*secret}, *keys);
}

}  // namespace trunkline
