#include "schemas/walk.hpp"

#include <algorithm>
#include <utility>

#include "schemas/checks.hpp"
#include "schemas/source.hpp"

namespace trunkline::schemas {

std::string Path::pointer() const {
  std::string text;
  for (const Step& at : steps_) text = at.name.data() != nullptr ? step(text, at.name) : step(text, at.index);
  return text;
}

void Walk::begin(std::string_view schema) {
  schema_ = schema;
  path_.clear();
  names_.clear();
  issues_.clear();
}

bool Walk::report(const Check& check, const Node& node, Mode mode) {
  if (mode == Mode::quiet || is_full()) return false;
  const Source& source = program_->sources[check.source];
  const std::string place = "#" + source.pointer;
  issues_.push_back({std::string{schema_}, source.schema == schema_ ? place : source.schema + place,
                     path_.pointer(), reason_of(*program_, check, node)});
  return false;
}

void Walk::report_rule(std::string message) {
  if (!is_full()) issues_.push_back({std::string{schema_}, "", path_.pointer(), std::move(message)});
}

void Walk::report_rule_at(std::string_view member, std::string message) {
  path_.enter(member);
  report_rule(std::move(message));
  path_.leave();
}

bool Walk::visit_event(NodeId envelope, json::Value document, NodeId data, const EventType* type) {
  data_node_ = data;
  data_type_ = type;
  const bool good = visit(envelope, document, Mode::whole);
  data_node_ = no_node;
  return good;
}

bool Walk::visit_data(json::Value data) {
  const std::string_view schema_of_envelope = std::exchange(schema_, data_type_->dataschema);
  const bool good = visit(data_type_->root, data, Mode::whole);
  schema_ = schema_of_envelope;
  return good;
}

bool Walk::visit(NodeId id, json::Value value, Mode mode) {
  if (is_full()) return false;
  if (id == data_node_ && id != no_node && data_type_ != nullptr) return visit_data(value);
  if (id == no_node) return mode != Mode::whole || is_sane(value);
  const Node& node = program_->nodes[id];
  bool good = true;
  for (std::uint32_t i = node.checks_from; i < node.checks_to && good; ++i) {
    const Check& check = program_->checks[i];
    good = holds(check, value, node, mode);
    if (!good && check.op <= Op::type)
      return false;  // of another kind altogether: nothing more to say about it
  }
  if (!good && mode == Mode::quiet) return false;
  switch (value.kind()) {
    case json::Kind::object:
      return visit_object(node, *value.as_object(), mode) && good;
    case json::Kind::array:
      return visit_array(node, *value.as_array(), mode) && good;
    case json::Kind::string:
      return (mode != Mode::whole || is_sane_text(*value.as_string())) && good;
    default:
      return good;
  }
}

bool Walk::visit_object(const Node& node, json::Object object, Mode mode) {
  if (mode != Mode::whole && node.names.size() == 0) return true;
  Seen seen;
  bool good = true;
  const std::size_t names_from = names_.size();
  for (const json::Member member : object) {
    const std::uint32_t index = node.names.find(member.name);
    if (index == NameTable::absent) {
      if (mode != Mode::whole) continue;
      names_.push_back(member.name);
    }
    path_.enter(member.name);
    if (index != NameTable::absent && seen.mark(index) && mode == Mode::whole) {
      report_rule("stands twice in its object");
      good = false;
    }
    good &= visit(index == NameTable::absent ? no_node : node.properties[index].node, member.value, mode);
    path_.leave();
    if (!good && mode == Mode::quiet) return false;
  }
  good &= has_what_is_required(node, seen, mode);
  return are_names_sane(names_from) && good;
}

bool Walk::visit_array(const Node& node, json::Array array, Mode mode) {
  if (mode != Mode::whole && node.items == no_node && node.first_items.empty()) return true;
  bool good = true;
  std::size_t index = 0;
  for (const json::Value element : array) {
    path_.enter(index);
    good &= visit(index < node.first_items.size() ? node.first_items[index] : node.items, element, mode);
    path_.leave();
    ++index;
    if (!good && (mode == Mode::quiet || is_full())) return false;
  }
  return good;
}

bool Walk::has_what_is_required(const Node& node, const Seen& seen, Mode mode) {
  bool good = true;
  for (std::uint32_t i = node.checks_to; i > node.checks_from; --i) {
    const Check& check = program_->checks[i - 1];
    if (check.op < Op::required) break;
    if (!has_names(check, seen)) good = report(check, node, mode);
  }
  return good;
}

bool Walk::has_names(const Check& check, const Seen& seen) const {
  if (check.op == Op::required) return seen.has(static_cast<std::uint32_t>(check.argument));
  const auto& lists = program_->requirements[check.argument];
  const auto has_all = [&](const std::vector<std::uint32_t>& names) {
    return std::ranges::all_of(names, [&](std::uint32_t name) { return seen.has(name); });
  };
  if (check.op == Op::needs) return !has_all(lists[0]) || has_all(lists[1]);
  return std::ranges::any_of(lists, has_all);
}

bool Walk::holds(const Check& check, json::Value value, const Node& node, Mode mode) {
  if (check.op >= Op::required) return true;
  if (check.op == Op::conditional) return holds_combination(check, value, mode);
  if (check.op >= Op::any_of) return holds_combination(check, value, mode) || report(check, node, mode);
  if (check.op >= Op::property_names) return holds_members(check, value, node, mode);
  return holds_alone(*program_, check, value) || report(check, node, mode);
}

bool Walk::holds_combination(const Check& check, json::Value value, Mode mode) {
  const auto quiet = [&](NodeId node) { return visit(node, value, Mode::quiet); };
  if (check.op == Op::negation) return !quiet(static_cast<NodeId>(check.argument));
  const auto& nodes = program_->branches[check.argument];
  if (check.op == Op::any_of) return std::ranges::any_of(nodes, quiet);
  if (check.op == Op::one_of) return std::ranges::count_if(nodes, quiet) == 1;
  return visit(quiet(nodes[0]) ? nodes[1] : nodes[2], value, mode == Mode::whole ? Mode::branch : mode);
}

// Names and values of members that no `properties` here speaks of.
bool Walk::holds_members(const Check& check, json::Value value, const Node& node, Mode mode) {
  const auto object = value.as_object();
  if (!object) return true;
  const Mode inner = mode == Mode::whole ? Mode::branch : mode;
  bool good = true;
  for (const json::Member member : *object) {
    if (check.op == Op::property_names) {
      json::Parser parser;  // rarely used: a name becomes a value to be judged like any other
      std::string text;
      json::write_string(text, member.name);
      const auto name = parser.parse(text);
      path_.enter(member.name);
      if (!name || !visit(static_cast<NodeId>(check.argument), *name, Mode::quiet))
        good = report(check, node, mode);
      path_.leave();
      continue;
    }
    if (node.names.find(member.name) != NameTable::absent) continue;
    const OtherProperties& others = program_->other_properties[check.argument];
    path_.enter(member.name);
    bool matched = false;
    for (const auto& [pattern, id] : others.patterns) {
      const re2::StringPiece name{member.name.data(), member.name.size()};
      if (!RE2::PartialMatch(name, *program_->patterns[pattern])) continue;
      matched = true;
      good &= visit(id, member.value, inner);
    }
    if (!matched) good &= visit(others.additional, member.value, inner);
    path_.leave();
  }
  return good;
}

bool Walk::is_sane_text(std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return true;
  report_rule("holds the character U+0000");
  return false;
}

bool Walk::is_sane(json::Value value) {
  if (is_full()) return false;
  if (const auto text = value.as_string()) return is_sane_text(*text);
  static const Node unknown;
  if (const auto object = value.as_object()) return visit_object(unknown, *object, Mode::whole);
  if (const auto array = value.as_array()) return visit_array(unknown, *array, Mode::whole);
  return true;
}

// The rules for the names gathered since `from`, which are let go: none twice, none with U+0000.
bool Walk::are_names_sane(std::size_t from) {
  const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(from);
  bool good = true;
  const auto refuse = [&](std::string_view name, const char* why) {
    report_rule_at(name, why);
    good = false;
  };
  if (names_.size() - from > 1) {
    std::sort(begin, names_.end());
    const auto twice = std::adjacent_find(begin, names_.end());
    if (twice != names_.end()) refuse(*twice, "stands twice in its object");
  }
  for (auto name = begin; name != names_.end(); ++name)
    if (name->find('\0') != std::string_view::npos)
      refuse(*name, "has a name that holds the character U+0000");
  names_.resize(from);
  return good;
}

}  // namespace trunkline::schemas
