// Opening what core/seal.hpp sealed: for answers, exports and the few fields that rows hold open.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "core/keys.hpp"

namespace trunkline {

// A stored `personal` member and what its boxes are bound to.
struct SealedEvent {
  TenantId tenant;
  std::string event_id;
  std::string personal;  // JSON text; empty: nothing is personal
};
SealedEvent sealed_part(const EventView& event);

// What came out. Few members: searches are linear.
struct Opened {
  struct Entry {
    std::string name;   // a token, or a JSON pointer into data
    std::string value;  // the literal, or the field's JSON
  };
  std::vector<Entry> literals;
  std::vector<Entry> fields;
  std::vector<Token> redacted;  // their boxes are gone or cannot be opened any more

  const std::string* literal(std::string_view token) const;
  const std::string* field(std::string_view pointer) const;         // its JSON text
  std::optional<std::string> text(std::string_view pointer) const;  // a field that is a string, decoded
};

// Opens many, of any tenants, with one look-up of keys per tenant. Any thread. The answer is in the order
// given. Errors: the store's; stop "sealed" when a box was altered or belongs to another event.
Result<std::vector<Opened>> open_all(KeyStore& store, std::span<const SealedEvent> events);
Result<Opened> open(KeyStore& store, const SealedEvent& event);

// Stored documents with literals and fields put back where they were: no `personal` member, or, where
// something stays closed, "personal":{"redacted":["p_…"]} in its place (and "fields":{pointer:value} for what
// finds no object to return to). Errors: as above, and view_event's.
Result<std::vector<std::string>> open_documents(KeyStore& store, std::span<const std::string_view> documents);
Result<std::string> open_document(KeyStore& store, std::string_view document);

}  // namespace trunkline
