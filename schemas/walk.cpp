#include "schemas/walk.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "schemas/checks.hpp"

namespace trunkline::schemas {
namespace {

// Texts are short: eight bytes at a time beat a call.
bool holds_nul(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if (((word - ones) & ~word & (ones << 7)) != 0) return true;
  }
  while (at < text.size())
    if (text[at++] == '\0') return true;
  return false;
}

}  // namespace

void Walk::begin(std::string_view schema) {
  schema_ = schema;
  path_.clear();
  names_.clear();
  issues_.clear();
  found_.clear();
  data_found_ = 0;
}

bool Walk::report(const Check& check, const Node& node, Mode mode) {
  if (mode == Mode::quiet || is_full()) return false;
  const Source& source = program_->sources[check.source];
  const std::string place = "#" + source.pointer;
  Issue issue{std::string{schema_},
              source.schema == schema_ ? place : source.schema + place,
              {},
              reason_of(*program_, check, node)};
  path_.write(issue.pointer);
  issues_.push_back(std::move(issue));
  return false;
}

void Walk::report_rule(std::string message) {
  if (is_full()) return;
  issues_.push_back({std::string{schema_}, "", "", std::move(message)});
  path_.write(issues_.back().pointer);
}

void Walk::report_rule_at(std::string_view member, std::string message) {
  path_.enter(member);
  report_rule(std::move(message));
  path_.leave();
}

bool Walk::visit_event(NodeId envelope, json::Value document, const std::vector<std::uint32_t>& indices,
                       std::uint32_t data_index, const EventType* type) {
  const auto event = document.as_object();
  if (!event) return visit(envelope, document, Mode::whole);
  const Node& node = *program_->nodes[envelope];
  bool good = holds_all(node, document, Mode::whole);
  Seen seen;
  std::size_t place = 0;
  for (const json::Member member : *event) {
    const std::uint32_t index = indices[place++];
    if (index == data_index && type != nullptr && !seen.mark(index)) {
      path_.enter(member.name);
      good &= visit_data(member.value, *type);
      path_.leave();
    } else {
      good &= visit_member(node, member, index, seen, Mode::whole);
    }
  }
  good &= has_what_is_required(node, seen, Mode::whole);
  return are_names_sane(0) && good;
}

bool Walk::visit_data(json::Value data, const EventType& type) {
  const std::string_view schema_of_envelope = std::exchange(schema_, type.dataschema);
  data_found_ = found_.size();
  const bool good = visit(type.root, data, Mode::whole);
  schema_ = schema_of_envelope;
  return good;
}

bool Walk::visit(NodeId id, json::Value value, Mode mode) {
  if (is_full()) return false;
  if (id == no_node) return mode != Mode::whole || is_sane(value);
  const Node& node = *program_->nodes[id];
  const json::Kind kind = value.kind();
  if ((type_bits(kind, value) & node.types) == 0) return report_type(node, mode);
  if (kind == json::Kind::string) return visit_text(node, value, *value.as_string(), mode);
  const bool good = holds_all(node, value, mode);
  if (!good && mode == Mode::quiet) return false;
  if (kind == json::Kind::object) return visit_object(node, *value.as_object(), mode) && good;
  if (kind == json::Kind::array) return visit_array(node, *value.as_array(), mode) && good;
  return good;
}

// One fault a value is enough: the first.
bool Walk::holds_all(const Node& node, json::Value value, Mode mode) {
  for (std::uint32_t i = node.checks_from; i < node.names_checks_from; ++i)
    if (!holds(program_->checks[i], value, node, mode)) return false;
  return true;
}

bool Walk::visit_text(const Node& node, json::Value value, std::string_view text, Mode mode) {
  bool good = true;
  for (std::uint32_t i = node.checks_from; i < node.names_checks_from && good; ++i) {
    const Check& check = program_->checks[i];
    switch (check.op) {
      case Op::one_of_names:
        good = program_->name_tables[check.argument].find_parsed(text) != NameTable::absent ||
               report(check, node, mode);
        break;
      case Op::format:
        good = has_format(static_cast<Format>(check.argument), text) || report(check, node, mode);
        break;
      case Op::min_length:
      case Op::max_length:
        good = has_length(check, text) || report(check, node, mode);
        break;
      default:
        good = holds(check, value, node, mode);
    }
  }
  return (mode != Mode::whole || node.is_told_text || is_sane_text(text)) && good;
}

// The value is of another kind altogether: which of the schemas that meet here says so?
bool Walk::report_type(const Node& node, Mode mode) {
  std::uint64_t types_left = types::all;
  for (std::uint32_t i = node.type_checks_from; i < node.checks_from; ++i) {
    const Check& check = program_->checks[i];
    types_left &= check.op == Op::never ? 0 : check.argument;
    if (types_left == node.types) return report(check, node, mode);
  }
  return false;
}

bool Walk::visit_member(const Node& node, const json::Member& member, std::uint32_t index, Seen& seen,
                        Mode mode) {
  const bool known = index != NameTable::absent;
  if (!known) names_.push_back(member.name);
  path_.enter(member.name);
  bool good = true;
  if (known && seen.mark(index) && mode == Mode::whole) {
    report_rule("stands twice in its object");
    good = false;
  }
  const std::size_t place = found_.size();
  if (mode == Mode::whole && node.names.size() != 0) found_.push_back({index, 0});
  good &= visit(known ? node.properties[index].node : no_node, member.value, mode);
  if (found_.size() != place) found_[place].next = static_cast<std::uint32_t>(found_.size());
  path_.leave();
  return good;
}

bool Walk::visit_object(const Node& node, json::Object object, Mode mode) {
  if (mode != Mode::whole && node.names.size() == 0) return true;
  Seen seen;
  bool good = true;
  const std::size_t names_from = names_.size();
  for (const json::Member member : object) {
    const std::uint32_t index = node.names.find_parsed(member.name);
    if (index == NameTable::absent && mode != Mode::whole) continue;
    good &= visit_member(node, member, index, seen, mode);
    if (!good && mode == Mode::quiet) return false;
  }
  good &= has_what_is_required(node, seen, mode);
  return are_names_sane(names_from) && good;
}

bool Walk::visit_array(const Node& node, json::Array array, Mode mode) {
  const bool known = node.items != no_node || !node.first_items.empty();
  if (mode != Mode::whole && !known) return true;
  bool good = true;
  std::size_t index = 0;
  for (const json::Value element : array) {
    path_.enter(index);
    const std::size_t place = found_.size();
    if (known && mode == Mode::whole) found_.push_back({NameTable::absent, 0});
    good &= visit(index < node.first_items.size() ? node.first_items[index] : node.items, element, mode);
    if (found_.size() != place) found_[place].next = static_cast<std::uint32_t>(found_.size());
    path_.leave();
    ++index;
    if (!good && (mode == Mode::quiet || is_full())) return false;
  }
  return good;
}

bool Walk::has_what_is_required(const Node& node, const Seen& seen, Mode mode) {
  bool good = true;
  for (std::uint32_t i = node.names_checks_from; i < node.checks_to; ++i) {
    const Check& check = program_->checks[i];
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
  if (!holds_nul(text)) return true;
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
    if (holds_nul(*name)) refuse(*name, "has a name that holds the character U+0000");
  names_.resize(from);
  return good;
}

}  // namespace trunkline::schemas
