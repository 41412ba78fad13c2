#include "core/json.hpp"

#include <array>
#include <cmath>
#include <cstring>

namespace trunkline::json {
namespace {

Result<Value> parsed(simdjson::simdjson_result<simdjson::dom::element> result) {
  simdjson::dom::element element;
  if (const auto error = result.get(element); error != simdjson::SUCCESS) {
    if (error == simdjson::DEPTH_ERROR)
      return rejected("too_deep", "the JSON is nested deeper than " + std::to_string(depth_max) + " levels");
    return rejected("json", std::string{"not valid JSON: "} + simdjson::error_message(error));
  }
  return Value{element};
}

constexpr std::size_t first_capacity = 16 * 1024;  // grows with the documents

// What a byte of a string becomes: 0 = itself, 'u' = \u00XX, else the letter behind the backslash.
constexpr std::array<char, 256> escapes = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['\b'] = 'b';
  table['\f'] = 'f';
  return table;
}();

// Where the next byte stands that must be escaped, at or behind `from`; eight bytes at a time where none is.
std::size_t next_escape(std::string_view text, std::size_t from) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t highs = ones << 7;
  const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
  std::size_t at = from;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t control = (word - ones * 0x20) & ~word & highs;
    if ((control | has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\')) != 0) break;
  }
  while (at < text.size() && escapes[static_cast<unsigned char>(text[at])] == 0) ++at;
  return at;
}

}  // namespace

Parser::Parser(std::size_t deepest) {
  if (parser_.allocate(first_capacity, deepest) != simdjson::SUCCESS) throw std::bad_alloc{};
}

Result<Value> Parser::parse(std::string_view text) {
  return parsed(parser_.parse(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), true));
}

Result<Value> Parser::parse_padded(std::string_view text) {
  return parsed(parser_.parse(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), false));
}

Result<Value> Parser::parse_padded(std::string_view text, Document& document) {
  return parsed(parser_.parse_into_document(
      document.document_, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), false));
}

void write_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain_from = 0;
  for (std::size_t i = next_escape(text, 0); i < text.size(); i = next_escape(text, i + 1)) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = escapes[byte];
    out.append(text, plain_from, i - plain_from);
    out.push_back('\\');
    out.push_back(escape);
    if (escape == 'u') {
      constexpr std::string_view hex = "0123456789abcdef";
      out.append("00");
      out.push_back(hex[byte >> 4]);
      out.push_back(hex[byte & 15]);
    }
    plain_from = i + 1;
  }
  out.append(text, plain_from);
  out.push_back('"');
}

void write_number(std::string& out, double number) {
  char text[40];
  const std::string_view digits(
      text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, number).ptr - text));
  out.append(digits);
  if (digits.find_first_of(".en") == std::string_view::npos) out.append(".0");
}

void write(std::string& out, Value value) {
  switch (value.kind()) {
    case Kind::null:
      out.append("null");
      return;
    case Kind::boolean:
      out.append(*value.as_boolean() ? "true" : "false");
      return;
    case Kind::integer:
      return write_number(out, *value.as_integer());
    case Kind::big_unsigned:
      return write_number(out, *value.as_unsigned());
    case Kind::real:
      return write_number(out, *value.as_number());
    case Kind::string:
      return write_string(out, *value.as_string());
    case Kind::array: {
      out.push_back('[');
      bool first = true;
      for (const Value element : *value.as_array()) {
        if (!first) out.push_back(',');
        first = false;
        write(out, element);
      }
      out.push_back(']');
      return;
    }
    case Kind::object: {
      out.push_back('{');
      bool first = true;
      for (const Member member : *value.as_object()) {
        if (!first) out.push_back(',');
        first = false;
        write_string(out, member.name);
        out.push_back(':');
        write(out, member.value);
      }
      out.push_back('}');
    }
  }
}

}  // namespace trunkline::json
