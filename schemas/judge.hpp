// Judging one event: the envelope by schemas/envelope.v1.json and its `data` by the schema of its type, in
// one walk over the parsed document; and what the same walk finds to be clear, personal, or a contact point.
//
// Beside the schemas three rules always hold: no object names a member twice, no text holds U+0000, and no
// issue ever repeats a value of the event.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/contact.hpp"
#include "core/json.hpp"
#include "schemas/catalogue.hpp"

namespace trunkline {

namespace schemas {
class Walk;
}

struct Issue {
  std::string schema;  // "urn:trunkline:call.ended:1"; empty where a rule outside the schemas refuses
  std::string
      keyword;  // where it says so: "#/properties/duration_ms/type"; a shared one with its own urn before
  std::string pointer;  // JSON pointer into the event: "/data/duration_ms". A missing member: its parent's
  std::string message;  // for people: "must be a whole number"
};
inline constexpr std::size_t issues_max = 20;  // the first ones, in document order

// The attributes of an accepted event; views into the parsed document, empty where left out.
struct Attributes {
  std::string_view id, source, type, subject, time_text, dataschema, datacontenttype;
  std::string_view tenantid, correlationid, causationid, actor;
  Time time{};
  bool history = false;
};

// Turns a contact point into its token.
class ContactSink {
 public:
  virtual ~ContactSink() = default;
  // `pointer` is relative to `data` ("/contact/phone"); arguments live for the call, the token text until the
  // next. An error refuses the event: its pointer is completed by the caller.
  virtual Result<std::string_view> token(ContactKind kind, std::string_view literal,
                                         std::string_view pointer) = 0;
};

// Buffers to be reused: separate() clears them first and keeps their memory.
struct Separated {
  std::string
      clear;  // the clear members of data, no braces around: "agent_id":"a7","contact":{"phone":"p_…"}
  std::string personal;  // the members of the box's "fields", no braces: "/summary":"…","/turns/0/text":"…"
};

// Reusable memory for judging; one thread at a time. The document must live until separate() has returned.
class Judge {
 public:
  explicit Judge(const Catalogue& catalogue);
  ~Judge();

  // True: accepted, the readers below answer. False: issues() says why, at least one.
  bool accepts(json::Value document);
  // `data` alone, by a type that is known already. Pointers are relative to it; there are no attributes.
  bool accepts_data(const EventType& type, json::Value data);

  const std::vector<Issue>& issues() const;
  const EventType& type() const { return *type_; }  // after accepts() said true
  const Attributes& attributes() const { return attributes_; }
  json::Object data() const { return data_; }

  // Divides the accepted `data`. Accepted spellings come out in their first form, times as UTC microseconds,
  // whole numbers without a fraction, contact points as tokens. What is marked x-personal and what no schema
  // names goes to `personal`, by its pointer; nothing is left where a member stood, null where an element
  // did. Errors: the sink's, with the pointer from the root of the event.
  Status separate(ContactSink& sink, Separated& out);

 private:
  void read_attributes(json::Object event);
  const EventType* type_of(const Attributes& attributes);

  const Catalogue* catalogue_;
  std::unique_ptr<schemas::Walk> walk_;
  std::vector<std::string_view Attributes::*> slots_;  // parallel to the envelope's names; nullptr: none
  std::uint32_t data_slot_ = 0;
  std::vector<std::uint32_t> indices_;  // of the event's members in the envelope's names
  const EventType* type_ = nullptr;
  Attributes attributes_;
  json::Object data_;
  std::string pointer_;  // a buffer of separate()
};

}  // namespace trunkline
