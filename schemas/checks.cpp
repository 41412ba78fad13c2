#include "schemas/checks.hpp"

#include <algorithm>
#include <cmath>

namespace trunkline::schemas {
namespace {

std::uint64_t code_points(std::string_view text) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_multiple(long double number, long double of) {
  const long double times = static_cast<long double>(static_cast<double>(number) / static_cast<double>(of));
  if (std::isfinite(times)) return times == std::floor(times);
  return std::fmod(number, of) == 0;  // the quotient is beyond a double
}

bool is_within(const Program& program, const Check& check, long double number) {
  const long double bound = program.bounds[check.argument];
  switch (check.op) {
    case Op::minimum:
      return number >= bound;
    case Op::maximum:
      return number <= bound;
    case Op::above:
      return number > bound;
    case Op::below:
      return number < bound;
    default:
      return is_multiple(number, bound);
  }
}

bool are_unique(json::Array array) {
  std::vector<json::Value> before;
  for (const json::Value element : array) {
    if (std::ranges::any_of(before, [&](json::Value other) { return equal(element, other); })) return false;
    before.push_back(element);
  }
  return true;
}

bool holds_list(const Check& check, json::Array array) {
  if (check.op == Op::min_items) return array.size() >= check.argument;
  if (check.op == Op::max_items) return array.size() <= check.argument;
  return are_unique(array);
}

bool holds_text(const Program& program, const Check& check, std::string_view text) {
  switch (check.op) {
    case Op::pattern:
      return RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, *program.patterns[check.argument]);
    case Op::format:
      return has_format(static_cast<Format>(check.argument), text);
    default:
      return has_length(check, text);
  }
}

bool same_members(json::Object a, json::Object b) {
  if (a.size() != b.size()) return false;
  for (const json::Member member : a) {
    const auto other = b.find(member.name);
    if (!other || !equal(member.value, *other)) return false;
  }
  return true;
}

bool same_elements(json::Array a, json::Array b) {
  if (a.size() != b.size()) return false;
  auto other = b.begin();
  for (const json::Value element : a) {
    if (!equal(element, *other)) return false;
    ++other;
  }
  return true;
}

}  // namespace

bool has_length(const Check& check, std::string_view text) {
  if (check.op == Op::max_length) return text.size() <= check.argument || code_points(text) <= check.argument;
  return text.size() >= check.argument && (check.argument <= 1 || code_points(text) >= check.argument);
}

std::uint64_t types_of(json::Value value) {
  switch (value.kind()) {
    case json::Kind::null:
      return types::null;
    case json::Kind::boolean:
      return types::boolean;
    case json::Kind::integer:
    case json::Kind::big_unsigned:
      return types::integer;
    case json::Kind::real: {
      const double number = *value.as_number();
      return number == std::floor(number) ? types::integer : types::fraction;
    }
    case json::Kind::string:
      return types::string;
    case json::Kind::array:
      return types::array;
    default:
      return types::object;
  }
}

long double to_bound(json::Value number) {
  if (const auto integer = number.as_integer()) return static_cast<long double>(*integer);
  if (const auto big = number.as_unsigned()) return static_cast<long double>(*big);
  return static_cast<long double>(number.as_number().value_or(0));
}

bool equal(json::Value a, json::Value b) {
  if (a.as_number() && b.as_number()) return to_bound(a) == to_bound(b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::Kind::string:
      return a.as_string() == b.as_string();
    case json::Kind::boolean:
      return a.as_boolean() == b.as_boolean();
    case json::Kind::object:
      return same_members(*a.as_object(), *b.as_object());
    case json::Kind::array:
      return same_elements(*a.as_array(), *b.as_array());
    default:
      return true;  // both null
  }
}

bool holds_alone(const Program& program, const Check& check, json::Value value) {
  switch (check.op) {
    case Op::never:
      return false;
    case Op::type:
      return (types_of(value) & check.argument) != 0;
    case Op::one_of_names: {
      const auto text = value.as_string();
      return text && program.name_tables[check.argument].find(*text) != NameTable::absent;
    }
    case Op::one_of_values:
      return std::ranges::any_of(program.value_lists[check.argument],
                                 [&](json::Value allowed) { return equal(allowed, value); });
    case Op::min_length:
    case Op::max_length:
    case Op::pattern:
    case Op::format: {
      const auto text = value.as_string();
      return !text || holds_text(program, check, *text);
    }
    case Op::minimum:
    case Op::maximum:
    case Op::above:
    case Op::below:
    case Op::multiple_of:
      return !value.as_number() || is_within(program, check, to_bound(value));
    case Op::min_properties:
    case Op::max_properties: {
      const auto object = value.as_object();
      return !object || (check.op == Op::min_properties ? object->size() >= check.argument
                                                        : object->size() <= check.argument);
    }
    default: {
      const auto array = value.as_array();
      return !array || holds_list(check, *array);
    }
  }
}

}  // namespace trunkline::schemas
