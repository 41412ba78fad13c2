// The schema files while they are compiled: parsed, found by $id, and the places in them that a $ref may
// name.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "core/json.hpp"
#include "schemas/catalogue.hpp"

namespace trunkline::schemas {

struct Document {
  std::string path;  // "call/ended.v1.json": for messages
  std::string id;    // its $id, or the path where it has none
  json::Value root;
};

// One schema inside a document.
struct Place {
  std::uint32_t document = 0;
  std::string pointer;  // RFC 6901; empty: the whole document
  json::Value value;

  auto operator<=>(const Place& other) const {
    return std::tie(document, pointer) <=> std::tie(other.document, other.pointer);
  }
  bool operator==(const Place& other) const { return document == other.document && pointer == other.pointer; }
};

// "/a~1b": one step of a JSON pointer behind another.
std::string step(std::string_view pointer, std::string_view name);
std::string step(std::string_view pointer, std::size_t index);

// The elements of a list; none where the value is no list.
std::vector<json::Value> elements(std::optional<json::Value> list);

class Sources {
 public:
  // Errors: stop "schema" with the file. The texts are copied; `parsers` keeps what the values view.
  Status add(const SchemaFile& file);
  const Document& document(std::uint32_t index) const { return documents_[index]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(documents_.size()); }
  std::vector<std::unique_ptr<json::Parser>> take_parsers() { return std::move(parsers_); }

  // What "#/$defs/a", "urn:x:1" or "urn:x:1#anchor" means, seen from a place.
  Result<Place> resolve(const Place& from, std::string_view reference) const;

  // "call/ended.v1.json#/properties/x: what": as every error of a schema reads.
  Error fault(const Place& at, std::string_view what) const;

 private:
  std::vector<Document> documents_;
  std::vector<std::unique_ptr<json::Parser>> parsers_;
};

}  // namespace trunkline::schemas
