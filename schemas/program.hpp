// What the schemas become at start: nodes of flat checks. One node stands for one place in the data, with all
// that applies there: the schema, its allOf and what its $ref name are merged, so that each value is visited
// once.
#pragma once
#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "schemas/formats.hpp"
#include "schemas/name_table.hpp"

namespace trunkline::schemas {

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = UINT32_MAX;  // no schema says anything here
inline constexpr std::size_t names_max = 256;  // that one place in the data may know

// What a value may be, as bits. A whole number is a number too, also when written 1.0.
namespace types {
inline constexpr std::uint64_t null = 1, boolean = 2, integer = 4, fraction = 8, string = 16, array = 32,
                               object = 64;
inline constexpr std::uint64_t number = integer | fraction, all = 127;
}  // namespace types

enum class Op : std::uint8_t {
  never,             // the schema `false`
  type,              // number: bits of types
  one_of_names,      // index: name_tables; every accepted value is text
  one_of_values,     // index: value_lists
  min_length,        // number: code points
  max_length,        //
  pattern,           // index: patterns
  format,            // number: Format
  minimum,           // index: bounds
  maximum,           //
  above,             // exclusiveMinimum
  below,             // exclusiveMaximum
  multiple_of,       //
  min_items,         // number
  max_items,         //
  unique_items,      //
  min_properties,    // number
  max_properties,    //
  property_names,    // index: node that judges every name
  other_properties,  // index: other_properties; for the members whose names the node does not know
  any_of,            // index: branches
  one_of,            //
  negation,          // index: node
  conditional,       // index: branches: if, then, else
  required,          // index: place in the node's names; from here on: judged when all members were seen
  any_required,      // index: requirements; one of these lists of names is there
  needs,             // index: requirements; dependentRequired: the first name asks for the others
};

struct Check {
  Op op;
  std::uint32_t source = 0;  // index: sources
  std::uint64_t argument = 0;
};

// Where a check stands: "urn:trunkline:call.ended:1" and "/properties/duration_ms/type".
struct Source {
  std::string schema;
  std::string pointer;
};

// What becomes of a value that is accepted.
enum class Treatment : std::uint8_t { clear, personal, phone, email, visitor, any_contact };

struct Property {
  NodeId node = no_node;
  std::string key;     // "name": as JSON, for writing
  bool named = false;  // by a `properties` in reach; a name that is only required somewhere is not
};

struct OtherProperties {
  std::vector<std::pair<std::uint32_t, NodeId>> patterns;  // index: patterns
  NodeId additional = no_node;
};

struct Spellings {
  NameTable accepted;
  std::vector<std::string> first_forms;  // parallel to accepted
};

struct Node {
  // Its checks in three groups: of what a value is (already united in `types`), of the value, of its members'
  // names.
  std::uint32_t type_checks_from = 0, checks_from = 0, names_checks_from = 0, checks_to = 0;
  std::uint64_t types = types::all;
  Treatment treatment = Treatment::clear;
  bool is_time = false;              // written as UTC microseconds
  bool is_integer = false;           // written without a fraction
  bool is_told_text = false;         // a format or a list of words leaves no room for U+0000
  std::int32_t spellings = -1;       // index: spellings
  NameTable names;                   // of the members that the schemas know here
  std::vector<Property> properties;  // parallel to names
  std::vector<NodeId> first_items;   // by place
  NodeId items = no_node;            // behind those
};

class Program {
 public:
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<Check> checks;
  std::vector<Source> sources;
  std::vector<NameTable> name_tables;
  std::vector<std::vector<json::Value>> value_lists;  // views into `documents`
  std::vector<std::unique_ptr<RE2>> patterns;
  std::vector<long double> bounds;  // its 64 bit of precision hold every number that JSON gives us
  std::vector<std::vector<std::vector<std::uint32_t>>> requirements;  // lists of places in the node's names
  std::vector<OtherProperties> other_properties;
  std::vector<std::vector<NodeId>> branches;
  std::vector<Spellings> spellings;
  std::vector<std::unique_ptr<json::Parser>> documents;
};

// The bits of types that this value has.
std::uint64_t types_of(json::Value value);
inline std::uint64_t type_bits(json::Kind kind, json::Value value) {
  if (kind == json::Kind::string) return types::string;
  return types_of(value);
}
// Equality as JSON Schema has it: 1 equals 1.0, members in any order.
bool equal(json::Value a, json::Value b);
long double to_bound(json::Value number);

}  // namespace trunkline::schemas
