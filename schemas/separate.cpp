#include "schemas/separate.hpp"

#include <algorithm>
#include <cmath>

namespace trunkline::schemas {
namespace {

constexpr std::size_t telephone_digits_min = 7;

// For a member that may hold any kind of contact point: a caller's line is a number, a mail address, or some
// name that a room or a SIP provider gave.
ContactKind kind_of(std::string_view literal) {
  const auto digits = std::ranges::count_if(literal, [](char c) { return c >= '0' && c <= '9'; });
  if (literal.find_first_not_of("+0123456789 ()-./") == std::string_view::npos &&
      (literal.starts_with('+') || static_cast<std::size_t>(digits) >= telephone_digits_min))
    return ContactKind::phone;
  const bool addressed = literal.find('@') != std::string_view::npos;
  return addressed && literal.find(':') == std::string_view::npos ? ContactKind::email : ContactKind::visitor;
}

ContactKind kind_of(Treatment treatment, std::string_view literal) {
  switch (treatment) {
    case Treatment::phone:
      return ContactKind::phone;
    case Treatment::email:
      return ContactKind::email;
    case Treatment::visitor:
      return ContactKind::visitor;
    default:
      return kind_of(literal);
  }
}

void comma(std::string& out) {
  if (!out.empty() && out.back() != '{' && out.back() != '[') out.push_back(',');
}

}  // namespace

Status Separator::divide(const Node& node, json::Object data) {
  divide_members(node, data);
  if (error_) return *error_;
  return done();
}

void Separator::enter(std::string_view name) {
  pointer_->push_back('/');
  for (const char c : name) {
    if (c == '~' || c == '/') {
      pointer_->append(c == '~' ? "~0" : "~1");
    } else {
      pointer_->push_back(c);
    }
  }
}

// What no schema names is sealed: a member, or the elements of a list that no `items` describes.
bool Separator::is_sealed(NodeId id, bool named, json::Value value) const {
  if (!named || id == no_node) return true;
  const Node& node = program_->nodes[id];
  if (node.treatment == Treatment::personal) return true;
  const auto list = value.as_array();
  return list && node.items == no_node && list->size() > node.first_items.size();
}

void Separator::divide_members(const Node& node, json::Object object) {
  for (const json::Member member : object) {
    if (error_) return;
    const std::size_t pointer_size = pointer_->size();
    enter(member.name);
    const std::uint32_t index = node.names.find(member.name);
    const Property property = index == NameTable::absent ? Property{} : node.properties[index];
    if (is_sealed(property.node, property.named, member.value)) {
      seal(member.value);
    } else {
      comma(out_->clear);
      json::write_string(out_->clear, member.name);
      out_->clear.push_back(':');
      write_clear(program_->nodes[property.node], member.value);
    }
    pointer_->resize(pointer_size);
  }
}

void Separator::divide_elements(const Node& node, json::Array array) {
  std::size_t index = 0;
  for (const json::Value element : array) {
    const NodeId id = index < node.first_items.size() ? node.first_items[index] : node.items;
    const std::size_t pointer_size = pointer_->size();
    pointer_->push_back('/');
    json::write_number(*pointer_, index++);
    comma(out_->clear);
    if (is_sealed(id, true, element)) {
      out_->clear.append("null");
      seal(element);
    } else {
      write_clear(program_->nodes[id], element);
    }
    pointer_->resize(pointer_size);
  }
}

void Separator::seal(json::Value value) {
  std::string& out = out_->personal;
  comma(out);
  json::write_string(out, *pointer_);
  out.push_back(':');
  json::write(out, value);
}

void Separator::write_clear(const Node& node, json::Value value) {
  std::string& out = out_->clear;
  switch (value.kind()) {
    case json::Kind::object:
      out.push_back('{');
      divide_members(node, *value.as_object());
      out.push_back('}');
      return;
    case json::Kind::array:
      out.push_back('[');
      divide_elements(node, *value.as_array());
      out.push_back(']');
      return;
    case json::Kind::string:
      if (node.treatment != Treatment::clear) return write_contact(node.treatment, *value.as_string());
      return write_text(node, *value.as_string());
    case json::Kind::real: {
      constexpr double exact_max = 9007199254740992;  // 2^53
      const double number = *value.as_number();
      if (node.is_integer && std::fabs(number) <= exact_max)
        return json::write_number(out, static_cast<std::int64_t>(number));
      return json::write_number(out, number);
    }
    default:
      json::write(out, value);
  }
}

void Separator::write_contact(Treatment treatment, std::string_view literal) {
  const auto token = sink_->token(kind_of(treatment, literal), literal, *pointer_);
  if (!token) {
    error_ = token.error();
    error_->pointer = "/data" + *pointer_;
    return;
  }
  json::write_string(out_->clear, *token);
}

void Separator::write_text(const Node& node, std::string_view text) {
  if (node.is_time)
    if (const auto time = parse_time(text)) return json::write_string(out_->clear, format_time(*time));
  if (node.spellings >= 0) {
    const Spellings& spellings = program_->spellings[static_cast<std::size_t>(node.spellings)];
    const std::uint32_t index = spellings.accepted.find(text);
    if (index != NameTable::absent) text = spellings.first_forms[index];
  }
  json::write_string(out_->clear, text);
}

}  // namespace trunkline::schemas
