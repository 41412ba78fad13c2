#include "schemas/compile.hpp"

#include <algorithm>
#include <set>

namespace trunkline::schemas {
namespace {

Place below(const Place& place, std::string_view keyword, json::Value value) {
  return {place.document, step(place.pointer, keyword), value};
}

std::optional<json::Value> keyword_of(const Place& place, std::string_view name) {
  const auto object = place.value.as_object();
  return object ? object->find(name) : std::nullopt;
}

}  // namespace

Result<NodeId> Compiler::compile(const Place& place) {
  const NodeId root = node_of({place});
  if (!error_) refuse_annotations_in_branches();
  if (error_) return *error_;
  return root;
}

void Compiler::fail(const Place& at, std::string_view what) {
  if (!error_) error_ = sources_->fault(at, what);
}

NodeId Compiler::node_of(const Place& parent, std::string_view keyword, json::Value value) {
  return node_of({below(parent, keyword, value)});
}

NodeId Compiler::branch_of(const Place& parent, const std::string& pointer, json::Value value) {
  const NodeId node = node_of({Place{parent.document, pointer, value}});
  branch_roots_.push_back(node);
  return node;
}

// The places that judge one value together: through allOf and $ref, each once, so that a schema may name
// itself.
std::vector<Place> Compiler::closure(std::vector<Place> places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place place = places[i];
    const auto add_new = [&](Place found) {
      if (std::ranges::find(places, found) == places.end()) places.push_back(std::move(found));
    };
    if (const auto reference = keyword_of(place, "$ref")) {
      const auto text = reference->as_string();
      auto target =
          text ? sources_->resolve(place, *text) : Result<Place>{sources_->fault(place, "$ref must be text")};
      if (!target) {
        if (!error_) error_ = target.error();
        return {};
      }
      add_new(std::move(target).value());
    }
    const auto all_of = keyword_of(place, "allOf");
    if (!all_of) continue;
    if (!all_of->as_array()) fail(place, "allOf must be a list");
    std::size_t index = 0;
    for (const json::Value schema : elements(*all_of))
      add_new({place.document, step(step(place.pointer, "allOf"), index++), schema});
  }
  std::ranges::sort(places);
  return places;
}

NodeId Compiler::node_of(std::vector<Place> places) {
  Draft draft;
  draft.places = closure(std::move(places));
  if (const auto known = known_.find(draft.places); known != known_.end()) return known->second;
  const auto id = static_cast<NodeId>(program_->nodes.size());
  program_->nodes.push_back(std::make_unique<Node>());
  known_.emplace(draft.places, id);
  for (const Place& place : draft.places) {
    if (error_) return id;
    read_place(draft, place);
  }
  Node& node = *program_->nodes[id];  // stays where it is while children are added
  node = std::move(draft.node);
  append_checks(node, draft.checks);
  if (node.treatment != Treatment::clear || node.spellings >= 0) annotated_.emplace(id, draft.places.front());
  add_properties(node, draft);
  add_items(node, draft);
  return id;
}

void Compiler::append_checks(Node& node, std::vector<Check>& checks) {
  std::ranges::stable_sort(checks, {}, &Check::op);
  const auto behind = [&](Op last) {
    const auto count = std::ranges::count_if(checks, [&](const Check& check) { return check.op <= last; });
    return static_cast<std::uint32_t>(program_->checks.size()) + static_cast<std::uint32_t>(count);
  };
  node.type_checks_from = static_cast<std::uint32_t>(program_->checks.size());
  node.checks_from = behind(Op::type);
  node.names_checks_from = behind(Op::conditional);
  node.checks_to = behind(Op::needs);
  for (const Check& check : checks)
    if (check.op <= Op::type) node.types &= check.op == Op::never ? 0 : check.argument;
  program_->checks.insert(program_->checks.end(), checks.begin(), checks.end());
}

void Compiler::read_place(Draft& draft, const Place& place) {
  if (const auto truth = place.value.as_boolean()) {
    if (!*truth) add(draft, Op::never, place, "", 0);
    return;
  }
  const auto object = place.value.as_object();
  if (!object) return fail(place, "a schema must be an object, true or false");
  for (const json::Member keyword : *object) {
    if (error_) return;
    const bool read = read_assertion(draft, place, keyword) || read_object_assertion(draft, place, keyword) ||
                      read_combination(draft, place, keyword) || read_structure(draft, place, keyword) ||
                      read_annotation(draft, place, keyword);
    if (!read) fail(below(place, keyword.name, keyword.value), "this keyword is not supported");
  }
}

// The keywords that place other schemas below this one; add_properties and add_items come back to them.
bool Compiler::read_structure(Draft& draft, const Place& place, const json::Member& keyword) {
  constexpr std::string_view of_schemas[] = {"properties", "patternProperties", "$defs"};
  const Place at = below(place, keyword.name, keyword.value);
  if (std::ranges::find(of_schemas, keyword.name) != std::end(of_schemas)) {
    const auto schemas = keyword.value.as_object();
    if (!schemas) return fail(at, "must be an object of schemas"), true;
    for (const json::Member member : *schemas) {
      if (keyword.name == "properties") name_index(draft, member.name);
      if (keyword.name == "patternProperties") pattern_index(at, member.name);
      if (keyword.name == "$defs") node_of(at, member.name, member.value);
    }
    if (keyword.name == "patternProperties") read_other_properties(draft, place);
    return true;
  }
  if (keyword.name == "additionalProperties") {
    if (!keyword_of(place, "patternProperties")) read_other_properties(draft, place);
    return true;
  }
  if (keyword.name == "prefixItems" && !keyword.value.as_array()) fail(at, "must be a list of schemas");
  return keyword.name == "items" || keyword.name == "prefixItems" || keyword.name == "$ref" ||
         keyword.name == "allOf";
}

std::vector<Place> Compiler::places_of_member(const Draft& draft, const std::string& name, bool& named) {
  std::vector<Place> found;
  for (const Place& place : draft.places) {
    const auto before = found.size();
    if (const auto properties = keyword_of(place, "properties"))
      if (const auto schema = properties->as_object()->find(name)) {
        found.push_back(below(below(place, "properties", *properties), name, *schema));
        named = true;
      }
    if (const auto patterns = keyword_of(place, "patternProperties"))
      for (const json::Member pattern : *patterns->as_object())
        if (RE2::PartialMatch(name, *program_->patterns[pattern_index(place, pattern.name)]))
          found.push_back(below(below(place, "patternProperties", *patterns), pattern.name, pattern.value));
    if (const auto additional = keyword_of(place, "additionalProperties");
        additional && found.size() == before)
      found.push_back(below(place, "additionalProperties", *additional));
  }
  return found;
}

// Its own name, unless the schema calls it another spelling of a neighbour's.
std::string Compiler::stored_name(const Draft& draft, const std::string& name,
                                  const std::vector<Place>& places) {
  for (const Place& place : places) {
    const auto other = keyword_of(place, "x-stored-as");
    if (!other) continue;
    const std::string stored{other->as_string().value_or("")};
    if (std::ranges::find(draft.names, stored) != draft.names.end() && stored != name) return stored;
    fail(below(place, "x-stored-as", *other), "must name another member of the same object");
  }
  return name;
}

void Compiler::add_properties(Node& node, const Draft& draft) {
  if (draft.names.size() > names_max) fail(draft.places.front(), "knows too many names");
  node.names = NameTable{draft.names};
  for (const std::string& name : draft.names) {
    if (error_) return;
    Property property;
    auto places = places_of_member(draft, name, property.named);
    json::write_string(property.key, stored_name(draft, name, places));
    property.key.push_back(':');
    if (!places.empty()) property.node = node_of(std::move(places));
    node.properties.push_back(property);
  }
}

void Compiler::add_items(Node& node, const Draft& draft) {
  const auto first_items = [](const Place& place) { return elements(keyword_of(place, "prefixItems")); };
  std::size_t first_size = 0;
  for (const Place& place : draft.places) first_size = std::max(first_size, first_items(place).size());
  for (std::size_t i = 0; i <= first_size && !error_; ++i) {
    std::vector<Place> places;
    for (const Place& place : draft.places) {
      const auto first = first_items(place);
      const auto rest = keyword_of(place, "items");
      if (i < first.size())
        places.push_back({place.document, step(step(place.pointer, "prefixItems"), i), first[i]});
      else if (rest)
        places.push_back(below(place, "items", *rest));
    }
    const Place at = places.empty() ? draft.places.front() : places.front();
    const NodeId item = places.empty() ? no_node : node_of(std::move(places));
    if (item != no_node && program_->nodes[item]->treatment == Treatment::personal)
      fail(
          at,
          "x-personal marks the list, not its items: what is taken out must leave the others in their place");
    if (i < first_size)
      node.first_items.push_back(item);
    else
      node.items = item;
  }
}

// A branch is judged only, never walked when data are separated: an annotation there would be passed over.
void Compiler::refuse_annotations_in_branches() {
  std::set<NodeId> seen;
  std::vector<NodeId> ahead = branch_roots_;
  while (!ahead.empty()) {
    const NodeId id = ahead.back();
    ahead.pop_back();
    if (id == no_node || !seen.insert(id).second) continue;
    if (const auto at = annotated_.find(id); at != annotated_.end())
      return fail(at->second,
                  "an x- annotation must be reached by properties, items, prefixItems, $ref and allOf only");
    const Node& node = *program_->nodes[id];
    for (const Property& property : node.properties) ahead.push_back(property.node);
    ahead.insert(ahead.end(), node.first_items.begin(), node.first_items.end());
    ahead.push_back(node.items);
  }
}

}  // namespace trunkline::schemas
