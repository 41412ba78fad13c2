// The catalogue: every event type with its schema and its example, embedded in the binary and compiled once
// at start. What the files say is what decides at the door (schemas/README.md tells how to write one).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace trunkline {

namespace schemas {
class NameTable;
class Program;
}  // namespace schemas

struct EventType {
  std::string name;    // "call.ended"
  std::string family;  // "call"
  int version = 1;
  std::string dataschema;    // "urn:trunkline:call.ended:1"
  std::string title;         // one line for people
  std::string schema_json;   // self-contained: shared definitions that it refers to are bundled in its $defs
  std::string example_json;  // a whole event as an integrator would send it
  std::uint32_t root = 0;    // where the program judges its `data`
};

// One file of the schemas folder, named relative to it: "call/ended.v1.json".
struct SchemaFile {
  std::string_view path;
  std::string_view text;
};

// Immutable once loaded: any thread.
class Catalogue {
 public:
  // From the files embedded in the binary. Errors: stop "schema", naming the file, the JSON pointer and what
  // is wrong there: a keyword or format that is not supported, a reference to nowhere, an annotation out of
  // reach.
  static Result<Catalogue> load();
  static Result<Catalogue> load(std::span<const SchemaFile> files);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();

  // nullptr when there is none.
  const EventType* newest(std::string_view type) const;
  const EventType* by_dataschema(std::string_view urn) const;

  const std::vector<EventType>& event_types() const { return event_types_; }  // by name, then version
  const std::string& envelope_json() const { return envelope_json_; }         // the schema of the attributes

  // {"schemas":[{"type","version","title","dataschema"}…]} as served at /v1/schemas.
  std::string listing_json() const;

  const schemas::Program& program() const { return *program_; }
  std::uint32_t envelope_root() const { return envelope_root_; }

 private:
  Catalogue();
  void take_examples(std::span<const SchemaFile> files);
  void sort();

  std::vector<EventType> event_types_;
  std::vector<std::size_t> newest_;            // parallel to names_: places in event_types_
  std::unique_ptr<schemas::NameTable> names_;  // of the types
  std::unique_ptr<schemas::NameTable> urns_;   // parallel to event_types_
  std::string envelope_json_;
  std::uint32_t envelope_root_ = 0;
  std::unique_ptr<schemas::Program> program_;
};

}  // namespace trunkline
