// Parameters as Postgres reads them in text form.
#include <charconv>
#include <cmath>

#include "core/postgres.hpp"

namespace trunkline {
namespace {

std::string bytea_text(std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\\x";
  text.reserve(2 + 2 * value.size());
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

void append_quoted(std::string& array, std::string_view element) {
  array.push_back('"');
  for (const char c : element) {
    if (c == '"' || c == '\\') array.push_back('\\');
    array.push_back(c);
  }
  array.push_back('"');
}

// {…} with each element written by `append`.
template <class Element, class Append>
std::string array_text(std::span<const Element> values, Append append) {
  std::string array = "{";
  for (const Element& value : values) {
    if (array.size() > 1) array.push_back(',');
    append(array, value);
  }
  array.push_back('}');
  return array;
}

std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

Params& Params::text(std::string_view value) {
  values_.push_back({std::string{value}});
  return *this;
}

Params& Params::integer(std::int64_t value) {
  return text(std::to_string(value));
}

Params& Params::real(double value) {
  return text(real_text(value));
}

Params& Params::boolean(bool value) {
  return text(value ? "true" : "false");
}

Params& Params::time(Time value) {
  return text(format_time(value));
}

Params& Params::bytes(std::string_view value) {
  return text(bytea_text(value));
}

Params& Params::texts(std::span<const std::string> values) {
  return text(
      array_text(values, [](std::string& array, const std::string& value) { append_quoted(array, value); }));
}

Params& Params::integers(std::span<const std::int64_t> values) {
  return text(
      array_text(values, [](std::string& array, std::int64_t value) { array += std::to_string(value); }));
}

Params& Params::bytes_list(std::span<const std::string> values) {
  return text(array_text(
      values, [](std::string& array, const std::string& value) { append_quoted(array, bytea_text(value)); }));
}

Params& Params::null() {
  values_.push_back({std::nullopt});
  return *this;
}

}  // namespace trunkline
