// What a failed check says to a person.
#include <cmath>

#include "schemas/checks.hpp"

namespace trunkline::schemas {
namespace {

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text;
}

std::string names_of(const Node& node, const std::vector<std::uint32_t>& indices) {
  std::vector<std::string> names;
  for (const std::uint32_t index : indices) names.push_back(node.names.names()[index]);
  return quoted_list(names);
}

std::string values_of(const std::vector<json::Value>& values) {
  std::string text;
  for (const json::Value value : values) {
    if (!text.empty()) text += ", ";
    json::write(text, value);
  }
  return text;
}

std::string types_text(std::uint64_t bits) {
  struct Word {
    std::uint64_t bits;
    const char* text;
  };
  constexpr Word words[] = {{types::string, "text"},
                            {types::number, "a number"},
                            {types::integer, "a whole number"},
                            {types::boolean, "true or false"},
                            {types::object, "an object"},
                            {types::array, "a list"},
                            {types::null, "null"}};
  std::string text;
  for (const Word& word : words) {
    if ((bits & word.bits) != word.bits) continue;
    text += (text.empty() ? "must be " : " or ") + std::string{word.text};
    bits &= ~word.bits;
  }
  return text;
}

std::string number_text(long double number) {
  std::string text;
  if (std::floor(number) == number && std::fabs(number) < 9e15L)
    json::write_number(text, static_cast<std::int64_t>(number));
  else
    json::write_number(text, static_cast<double>(number));
  return text;
}

std::string count_text(const char* before, const Check& check, const char* unit) {
  return before + std::to_string(check.argument) + ' ' + unit;
}

std::string bound_text(const Program& program, const Check& check) {
  const std::string bound = number_text(program.bounds[check.argument]);
  switch (check.op) {
    case Op::minimum:
      return "must be at least " + bound;
    case Op::maximum:
      return "must be at most " + bound;
    case Op::above:
      return "must be above " + bound;
    case Op::below:
      return "must be below " + bound;
    default:
      return "must be a multiple of " + bound;
  }
}

std::string requirement_text(const Program& program, const Check& check, const Node& node) {
  if (check.op == Op::required)
    return names_of(node, {static_cast<std::uint32_t>(check.argument)}) + " is required";
  const auto& lists = program.requirements[check.argument];
  if (check.op == Op::needs)
    return names_of(node, lists[0]) + " asks for " + names_of(node, lists[1]) + " beside it";
  std::string text = "must have at least one of ";
  for (std::size_t i = 0; i < lists.size(); ++i) text += (i == 0 ? "" : ", ") + names_of(node, lists[i]);
  return text;
}

}  // namespace

std::string reason_of(const Program& program, const Check& check, const Node& node) {
  switch (check.op) {
    case Op::never:
      return "is not allowed here";
    case Op::type:
      return types_text(check.argument);
    case Op::one_of_names:
      return "must be one of " + quoted_list(program.name_tables[check.argument].names());
    case Op::one_of_values:
      return "must be one of " + values_of(program.value_lists[check.argument]);
    case Op::min_length:
      return count_text("must have at least ", check, "characters");
    case Op::max_length:
      return count_text("must have at most ", check, "characters");
    case Op::pattern:
      return "must match " + program.patterns[check.argument]->pattern();
    case Op::format:
      return std::string{reason_of(static_cast<Format>(check.argument))};
    case Op::min_items:
      return count_text("must have at least ", check, "elements");
    case Op::max_items:
      return count_text("must have at most ", check, "elements");
    case Op::unique_items:
      return "must not have equal elements";
    case Op::min_properties:
      return count_text("must have at least ", check, "members");
    case Op::max_properties:
      return count_text("must have at most ", check, "members");
    case Op::property_names:
      return "has a name that is not allowed here";
    case Op::any_of:
      return "has none of the forms that are allowed here";
    case Op::one_of:
      return "must have exactly one of the forms that are allowed here";
    case Op::negation:
      return "has a form that is not allowed here";
    case Op::required:
    case Op::any_required:
    case Op::needs:
      return requirement_text(program, check, node);
    case Op::other_properties:
    case Op::conditional:
      return {};  // what they lead to speaks for itself
    default:
      return bound_text(program, check);
  }
}

}  // namespace trunkline::schemas
