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

const Property stranger;

void comma(std::string& out) {
  if (!out.empty() && out.back() != '{' && out.back() != '[') out.push_back(',');
}

}  // namespace

Status Separator::divide(const Node& node, json::Object data) {
  divide_members(node, data);
  if (error_) return *error_;
  return done();
}

const std::string& Separator::pointer() {
  pointer_->clear();
  path_.write(*pointer_);
  return *pointer_;
}

// What no schema names is sealed: a member, or the elements of a list that no `items` describes.
bool Separator::is_sealed(NodeId id, bool named, json::Value value) const {
  if (!named || id == no_node) return true;
  const Node& node = *program_->nodes[id];
  if (node.treatment == Treatment::personal) return true;
  if ((node.types & types::array) == 0 || node.items != no_node) return false;
  const auto list = value.as_array();
  return list && list->size() > node.first_items.size();
}

void Separator::divide_members(const Node& node, json::Object object) {
  for (const json::Member member : object) {
    if (error_) return;
    path_.enter(member.name);
    const bool known = node.names.size() != 0;  // else the walk found nothing worth a note
    const Found found = known ? (*found_)[at_++] : Found{NameTable::absent, 0};
    const Property& property = found.index == NameTable::absent ? stranger : node.properties[found.index];
    if (is_sealed(property.node, property.named, member.value)) {
      seal(member.value);
    } else {
      comma(out_->clear);
      out_->clear.append(property.key);
      write_clear(*program_->nodes[property.node], member.value);
    }
    if (known) at_ = found.next;
    path_.leave();
  }
}

void Separator::divide_elements(const Node& node, json::Array array) {
  std::size_t index = 0;
  for (const json::Value element : array) {
    const NodeId id = index < node.first_items.size() ? node.first_items[index] : node.items;
    path_.enter(index++);
    const std::size_t next = (*found_)[at_++].next;
    comma(out_->clear);
    if (is_sealed(id, true, element)) {
      out_->clear.append("null");
      seal(element);
    } else {
      write_clear(*program_->nodes[id], element);
    }
    at_ = next;
    path_.leave();
  }
}

void Separator::seal(json::Value value) {
  std::string& out = out_->personal;
  comma(out);
  json::write_string(out, pointer());
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
  const auto token = sink_->token(kind_of(treatment, literal), literal, pointer());
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
    const std::uint32_t index = spellings.accepted.find_parsed(text);
    if (index != NameTable::absent) text = spellings.first_forms[index];
  }
  json::write_string(out_->clear, text);
}

}  // namespace trunkline::schemas
