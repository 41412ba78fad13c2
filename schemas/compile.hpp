// Turns schema files into a program. Only what is judged exactly as JSON Schema 2020-12 says is supported;
// anything else is an error that names the file and the place, never a keyword passed over.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/program.hpp"
#include "schemas/source.hpp"

namespace trunkline::schemas {

class Compiler {
 public:
  Compiler(const Sources& sources, Program& program) : sources_(&sources), program_(&program) {}

  // The node that judges a value by this schema. Errors: stop "schema".
  Result<NodeId> compile(const Place& place);

 private:
  // A node while it is made: its checks and names end in the program when all places have spoken.
  struct Draft {
    std::vector<Place> places;
    std::vector<Check> checks;
    std::vector<std::string> names;
    Node node;
  };

  NodeId node_of(std::vector<Place> places);
  NodeId node_of(const Place& parent, std::string_view keyword, json::Value value);
  NodeId branch_of(const Place& parent, const std::string& pointer, json::Value value);
  std::vector<Place> closure(std::vector<Place> places);

  void read_place(Draft& draft, const Place& place);
  bool read_assertion(Draft& draft, const Place& place, const json::Member& keyword);
  bool read_object_assertion(Draft& draft, const Place& place, const json::Member& keyword);
  bool read_combination(Draft& draft, const Place& place, const json::Member& keyword);
  bool read_annotation(Draft& draft, const Place& place, const json::Member& keyword);
  bool read_structure(Draft& draft, const Place& place, const json::Member& keyword);

  void read_type(Draft& draft, const Place& place, json::Value value);
  void read_values(Draft& draft, const Place& place, std::string_view keyword,
                   const std::vector<json::Value>& values);
  void read_any_of(Draft& draft, const Place& place, const std::vector<json::Value>& schemas);
  void read_other_properties(Draft& draft, const Place& place);
  void read_spellings(Draft& draft, const Place& place, json::Value value);
  void read_contact(Draft& draft, const Place& place, json::Value value);

  void append_checks(Node& node, std::vector<Check>& checks);
  std::string stored_name(const Draft& draft, const std::string& name, const std::vector<Place>& places);
  void add_properties(Node& node, const Draft& draft);
  void add_items(Node& node, const Draft& draft);
  std::vector<Place> places_of_member(const Draft& draft, const std::string& name, bool& named);

  std::uint32_t name_index(Draft& draft, std::string_view name);
  std::vector<std::uint32_t> name_indices(Draft& draft, const Place& at, json::Value names);
  std::uint32_t pattern_index(const Place& at, std::string_view pattern);
  std::uint32_t source_of(const Place& place, std::string_view keyword);
  void add(Draft& draft, Op op, const Place& place, std::string_view keyword, std::uint64_t argument);
  void refuse_annotations_in_branches();
  void fail(const Place& at, std::string_view what);

  const Sources* sources_;
  Program* program_;
  std::map<std::vector<Place>, NodeId> known_;
  std::map<NodeId, Place> annotated_;
  std::vector<NodeId> branch_roots_;
  std::optional<Error> error_;
};

}  // namespace trunkline::schemas
