#include "core/event.hpp"

#include <charconv>

namespace trunkline {
namespace {

std::uint64_t leading_64_bits(std::string_view hex) {
  std::uint64_t bits = 0;
  std::from_chars(hex.data(), hex.data() + std::min<std::size_t>(hex.size(), 16), bits, 16);
  return bits;
}

bool take_time(json::Value value, Time& time) {
  const auto parsed = parse_time(value.as_string().value_or(""));
  if (parsed) time = *parsed;
  return parsed.has_value();
}

// Takes one attribute; false when it has not the form that we write.
bool take_attribute(EventView& event, std::string_view name, json::Value value) {
  if (name == "time") return take_time(value, event.time);
  if (name == "recordedtime") return take_time(value, event.recorded);
  if (name == "history") {
    event.history = value.as_boolean().value_or(false);
    return true;
  }
  if (name == "data") {
    const auto data = value.as_object();
    if (data) event.data = *data;
    return data.has_value();
  }
  std::string_view* text = name == "id"              ? &event.id
                           : name == "source"        ? &event.source
                           : name == "type"          ? &event.type
                           : name == "subject"       ? &event.subject
                           : name == "tenantid"      ? &event.tenant
                           : name == "contacts"      ? &event.contacts
                           : name == "contenthash"   ? &event.content_hash
                           : name == "actor"         ? &event.actor
                           : name == "correlationid" ? &event.correlation
                           : name == "causationid"   ? &event.causation
                                                     : nullptr;
  if (text == nullptr) return true;
  const auto read = value.as_string();
  if (read) *text = *read;
  return read.has_value();
}

}  // namespace

Result<EventView> view_event(json::Parser& parser, std::string_view padded_document) {
  const auto parsed = parser.parse_padded(padded_document);
  return parsed ? view_event(*parsed) : parsed.error();
}

Result<EventView> view_event(json::Value parsed) {
  const auto document = parsed.as_object();
  if (!document) return rejected("stored_event", "a stored event is a JSON object");
  EventView event;
  for (const auto [name, value] : *document)
    if (!take_attribute(event, name, value))
      return rejected("stored_event", "a stored event's attribute is not as it was written",
                      "/" + std::string{name});
  if (event.id.empty() || event.type.empty() || event.tenant.empty() || event.content_hash.size() < 16)
    return rejected("stored_event", "a stored event lacks id, type, tenantid or contenthash");
  event.stamp = {to_micros(event.time), leading_64_bits(event.content_hash)};
  return event;
}

}  // namespace trunkline
