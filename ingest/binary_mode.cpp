#include "ingest/binary_mode.hpp"

#include <array>

#include "core/json.hpp"

namespace trunkline {
namespace {

constexpr std::array<std::string_view, 11> attributes = {
    "specversion", "id",       "source",        "type",        "subject", "time",
    "dataschema",  "tenantid", "correlationid", "causationid", "actor"};

bool is_json_type(std::string_view type) {
  return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

// The HTTP binding lets a value stand in double quotes.
std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

bool is_binary_mode(const http::Request& request) {
  return !request.header("ce-specversion").empty() || !request.header("ce-type").empty();
}

Result<std::string> structured_from_binary(const http::Request& request, std::string data) {
  return structured_from_attributes(
      request.content_type(),
      [&request](std::string_view name) { return unquoted(request.header("ce-" + std::string{name})); },
      data);
}

Result<std::string> structured_from_attributes(
    std::string_view content_type, const std::function<std::string_view(std::string_view)>& attribute_of,
    std::string_view data) {
  if (!is_json_type(content_type))
    return rejected("content_type", "in binary mode the body is JSON, and its content type says so");
  std::string document;
  document.reserve(data.size() + 512);
  json::Writer out(document);
  out.open('{');
  for (const std::string_view name : attributes) {
    const std::string_view value = attribute_of(name);
    if (value.empty()) continue;
    if (!json::valid_utf8(value))
      return rejected("encoding", "a header is not UTF-8", "/" + std::string{name});
    out.key(name).string(value);
  }
  if (attribute_of("history") == "true") out.key("history").boolean(true);
  // Judged alone first: text that is only JSON together with what surrounds it would add attributes.
  json::Parser parser;
  if (const auto parsed = parser.parse(data); !parsed) return parsed.error();
  out.key("data").raw(data).close('}');
  return document;
}

}  // namespace trunkline
