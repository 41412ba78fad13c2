// A stored event: its CloudEvents JSON document (structured mode), attributes first, `data` last.
//
//   {"specversion":"1.0","id":…,"source":…,"type":"call.ended","subject":…,"time":…,"dataschema":…,
//    "tenantid":…,["correlationid":…,"causationid":…,"actor":…,]["contacts":"p_… e_…",]["history":true,]
//    "recordedtime":…,"contenthash":…,"data":{…clear members…,"personal":{"token":…,"version":1,"box":…}}}
//
// Attributes in exactly this order; optional ones are left out. Times as format_time writes them.
#pragma once
#include <string_view>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"

namespace trunkline {

// "Newest" is a total order: the time, then the content hash (an HMAC over source, id and everything else the
// event says, so no two different statements tie; see docs/adr/0002). Equal stamps are the same statement.
struct Stamp {
  std::int64_t time_us = INT64_MIN;  // INT64_MIN: never stated
  std::uint64_t tie = 0;             // the first 8 bytes of the content hash
  auto operator<=>(const Stamp&) const = default;
  bool stated() const { return time_us != INT64_MIN; }
};

// A view of one stored document: lives as long as the parser's document and the text behind it.
// Only clear data is in reach here; what is personal lies in `data.personal` and needs a key (core/seal.hpp).
struct EventView {
  std::string_view id, source, type, subject, tenant, actor, correlation, causation;
  std::string_view contacts;  // tokens, blank-separated, the first is whom the event is about; may be empty
  std::string_view content_hash;
  Time time{};
  Time recorded{};
  Stamp stamp;
  bool history = false;
  json::Object data;

  std::string_view family() const { return type.substr(0, type.find('.')); }
  std::string_view first_contact() const { return contacts.substr(0, contacts.find(' ')); }
};

// Reads a document that this software wrote. Errors: reject "stored_event" with what is missing.
Result<EventView> view_event(json::Parser& parser, std::string_view padded_document);
Result<EventView> view_event(json::Value document);  // the same, parsed already

}  // namespace trunkline
