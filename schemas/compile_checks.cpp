// One keyword at a time: what it becomes in the program.
#include <algorithm>
#include <cmath>
#include <utility>

#include "schemas/compile.hpp"

namespace trunkline::schemas {
namespace {

using Named = std::pair<std::string_view, Op>;

constexpr Named counts[] = {{"minLength", Op::min_length},         {"maxLength", Op::max_length},
                            {"minItems", Op::min_items},           {"maxItems", Op::max_items},
                            {"minProperties", Op::min_properties}, {"maxProperties", Op::max_properties}};
constexpr Named bounds[] = {{"minimum", Op::minimum},
                            {"maximum", Op::maximum},
                            {"exclusiveMinimum", Op::above},
                            {"exclusiveMaximum", Op::below},
                            {"multipleOf", Op::multiple_of}};
constexpr std::pair<std::string_view, std::uint64_t> type_names[] = {
    {"null", types::null},     {"boolean", types::boolean}, {"integer", types::integer},
    {"number", types::number}, {"string", types::string},   {"array", types::array},
    {"object", types::object}};

template <class Table>
auto named_in(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, [](const auto& entry) { return entry.first; });
  return found == std::end(table) ? std::nullopt : std::optional{found->second};
}

std::optional<std::uint64_t> as_count(json::Value value) {
  const auto number = value.as_number();
  if (!number || *number < 0 || *number > 9e15 || *number != std::floor(*number)) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

template <class T>
std::uint64_t put(std::vector<T>& into, T value) {
  into.push_back(std::move(value));
  return into.size() - 1;
}

}  // namespace

std::uint32_t Compiler::source_of(const Place& place, std::string_view keyword) {
  const auto pointer = keyword.empty() ? place.pointer : step(place.pointer, keyword);
  return static_cast<std::uint32_t>(
      put(program_->sources, Source{sources_->document(place.document).id, pointer}));
}

void Compiler::add(Draft& draft, Op op, const Place& place, std::string_view keyword,
                   std::uint64_t argument) {
  draft.checks.push_back({op, source_of(place, keyword), argument});
}

std::uint32_t Compiler::name_index(Draft& draft, std::string_view name) {
  const auto found = std::ranges::find(draft.names, name);
  if (found != draft.names.end()) return static_cast<std::uint32_t>(found - draft.names.begin());
  draft.names.emplace_back(name);
  return static_cast<std::uint32_t>(draft.names.size() - 1);
}

std::vector<std::uint32_t> Compiler::name_indices(Draft& draft, const Place& at, json::Value names) {
  std::vector<std::uint32_t> indices;
  if (!names.as_array()) fail(at, "must be a list of names");
  for (const json::Value name : elements(names)) {
    if (!name.as_string()) return fail(at, "must be a list of names"), indices;
    indices.push_back(name_index(draft, *name.as_string()));
  }
  return indices;
}

std::uint32_t Compiler::pattern_index(const Place& at, std::string_view pattern) {
  const auto known =
      std::ranges::find(program_->patterns, pattern, [](const auto& p) { return p->pattern(); });
  if (known != program_->patterns.end())
    return static_cast<std::uint32_t>(known - program_->patterns.begin());
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<RE2>(re2::StringPiece{pattern.data(), pattern.size()}, options);
  if (!compiled->ok()) fail(at, "this pattern is not supported: " + compiled->error());
  if (RE2::PartialMatch(compiled->pattern(), R"((^|[^\\])(\\\\)*\\[sS])"))
    fail(at, "\\s is not supported: what a blank is differs from one engine to the next");
  return static_cast<std::uint32_t>(put(program_->patterns, std::move(compiled)));
}

bool Compiler::read_assertion(Draft& draft, const Place& place, const json::Member& keyword) {
  const auto& [name, value] = keyword;
  const Place at{place.document, step(place.pointer, name), value};
  if (const auto op = named_in(counts, name)) {
    const auto count = as_count(value);
    if (!count) fail(at, "must be a whole number from 0");
    add(draft, *op, place, name, count.value_or(0));
  } else if (const auto bound_op = named_in(bounds, name)) {
    if (!value.as_number()) return fail(at, "must be a number"), true;
    if (*bound_op == Op::multiple_of && *value.as_number() <= 0) fail(at, "must be above 0");
    add(draft, *bound_op, place, name, put(program_->bounds, to_bound(value)));
  } else if (name == "type") {
    read_type(draft, place, value);
  } else if (name == "enum" || name == "const") {
    if (name == "enum" && !value.as_array()) fail(at, "must be a list");
    read_values(draft, place, name, name == "const" ? std::vector{value} : elements(value));
  } else if (name == "pattern") {
    if (!value.as_string()) return fail(at, "must be text"), true;
    add(draft, Op::pattern, place, name, pattern_index(at, *value.as_string()));
  } else if (name == "format") {
    const auto format = format_named(value.as_string().value_or(""));
    if (!format) return fail(at, "this format is not supported"), true;
    add(draft, Op::format, place, name, static_cast<std::uint64_t>(*format));
    draft.node.is_told_text = true;
    if (*format == Format::date_time) draft.node.is_time = true;
  } else if (name == "uniqueItems") {
    if (!value.as_boolean()) fail(at, "must be true or false");
    if (value.as_boolean() == true) add(draft, Op::unique_items, place, name, 0);
  } else {
    return false;
  }
  return true;
}

void Compiler::read_type(Draft& draft, const Place& place, json::Value value) {
  std::uint64_t bits = 0;
  for (const json::Value type : value.as_array() ? elements(value) : std::vector{value}) {
    const auto bit = named_in(type_names, type.as_string().value_or(""));
    if (!bit) return fail({place.document, step(place.pointer, "type"), value}, "there is no such type");
    bits |= *bit;
  }
  if ((bits & types::number) == types::integer) draft.node.is_integer = true;
  add(draft, Op::type, place, "type", bits);
}

void Compiler::read_values(Draft& draft, const Place& place, std::string_view keyword,
                           const std::vector<json::Value>& values) {
  std::vector<std::string> names;
  for (const json::Value value : values) {
    const auto text = value.as_string();
    if (text && std::ranges::find(names, *text) == names.end()) names.emplace_back(*text);
    if (!text) return add(draft, Op::one_of_values, place, keyword, put(program_->value_lists, values));
  }
  const auto holds_nul = [](const std::string& name) { return name.find('\0') != std::string::npos; };
  draft.node.is_told_text = draft.node.is_told_text || std::ranges::none_of(names, holds_nul);
  add(draft, Op::one_of_names, place, keyword, put(program_->name_tables, NameTable{std::move(names)}));
}

bool Compiler::read_object_assertion(Draft& draft, const Place& place, const json::Member& keyword) {
  const Place at{place.document, step(place.pointer, keyword.name), keyword.value};
  if (keyword.name == "required") {
    for (const std::uint32_t name : name_indices(draft, at, keyword.value))
      add(draft, Op::required, place, keyword.name, name);
  } else if (keyword.name == "dependentRequired") {
    if (!keyword.value.as_object()) return fail(at, "must be an object of lists"), true;
    for (const json::Member member : *keyword.value.as_object()) {
      const auto trigger = name_index(draft, member.name);
      auto needed = name_indices(draft, at, member.value);
      add(draft, Op::needs, place, keyword.name,
          put(program_->requirements, {std::vector{trigger}, std::move(needed)}));
    }
  } else if (keyword.name == "propertyNames") {
    add(draft, Op::property_names, place, keyword.name, branch_of(place, at.pointer, keyword.value));
  } else {
    return false;
  }
  return true;
}

void Compiler::read_other_properties(Draft& draft, const Place& place) {
  OtherProperties others;
  const auto object = *place.value.as_object();
  if (const auto patterns = object.object("patternProperties"))
    for (const json::Member member : *patterns)
      others.patterns.emplace_back(
          pattern_index(place, member.name),
          branch_of(place, step(step(place.pointer, "patternProperties"), member.name), member.value));
  const auto additional = object.find("additionalProperties");
  if (additional)
    others.additional = branch_of(place, step(place.pointer, "additionalProperties"), *additional);
  add(draft, Op::other_properties, place, additional ? "additionalProperties" : "patternProperties",
      put(program_->other_properties, std::move(others)));
}

bool Compiler::read_combination(Draft& draft, const Place& place, const json::Member& keyword) {
  const auto& [name, value] = keyword;
  const auto pointer = step(place.pointer, name);
  const auto object = *place.value.as_object();
  if (name == "anyOf" || name == "oneOf") {
    const auto schemas = elements(value);
    if (schemas.empty()) return fail({place.document, pointer, value}, "must be a list of schemas"), true;
    if (name == "anyOf") return read_any_of(draft, place, schemas), true;
    std::vector<NodeId> nodes;
    for (const json::Value schema : schemas)
      nodes.push_back(branch_of(place, step(pointer, nodes.size()), schema));
    add(draft, Op::one_of, place, name, put(program_->branches, std::move(nodes)));
  } else if (name == "not") {
    add(draft, Op::negation, place, name, branch_of(place, pointer, value));
  } else if (name == "if") {
    std::vector<NodeId> nodes{branch_of(place, pointer, value)};
    for (const std::string_view arm : {"then", "else"}) {
      const auto schema = object.find(arm);
      nodes.push_back(schema ? branch_of(place, step(place.pointer, arm), *schema) : no_node);
    }
    add(draft, Op::conditional, place, name, put(program_->branches, std::move(nodes)));
  } else if (name == "then" || name == "else") {
    if (!object.find("if")) branch_of(place, pointer, value);  // says nothing, but must be readable
  } else {
    return false;
  }
  return true;
}

// "One of these members must be there" is common, and deserves a quick check and a clear reason.
void Compiler::read_any_of(Draft& draft, const Place& place, const std::vector<json::Value>& schemas) {
  const auto pointer = step(place.pointer, "anyOf");
  const bool only_required = std::ranges::all_of(schemas, [](json::Value schema) {
    const auto object = schema.as_object();
    return object && object->size() == 1 && object->array("required");
  });
  if (only_required) {
    std::vector<std::vector<std::uint32_t>> lists;
    for (const json::Value schema : schemas)
      lists.push_back(
          name_indices(draft, {place.document, pointer, schema}, *schema.as_object()->find("required")));
    return add(draft, Op::any_required, place, "anyOf", put(program_->requirements, std::move(lists)));
  }
  std::vector<NodeId> nodes;
  for (const json::Value schema : schemas)
    nodes.push_back(branch_of(place, step(pointer, nodes.size()), schema));
  add(draft, Op::any_of, place, "anyOf", put(program_->branches, std::move(nodes)));
}

}  // namespace trunkline::schemas
