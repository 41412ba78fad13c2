#include "projections/query_rows.hpp"

#include "core/crypto.hpp"
#include "core/digest.hpp"
#include "core/pg_binary.hpp"

namespace trunkline {
namespace {

void write_value(json::Writer& out, std::string_view field, Shown as) {
  switch (as) {
    case Shown::text:
      out.string(field);
      return;
    case Shown::number:
      out.number(pg::read_integer(field));
      return;
    case Shown::real:
      out.number(pg::read_real(field));
      return;
    case Shown::boolean:
      out.boolean(pg::read_boolean(field));
      return;
    case Shown::time:
      out.string(format_time(pg::read_time(field)));
      return;
    case Shown::money:
      out.string(money_text(pg::read_integer(field)));
      return;
    case Shown::json:
      out.raw(field);
      return;
  }
}

bool shapes_the_answer(std::string_view parameter) {
  return parameter != "cursor" && parameter != "limit" && parameter != "min_position" &&
         parameter != "wait_ms" && parameter != "on_stale";
}

// Of the address and the parameters that decide which rows come in which order.
std::string fingerprint(const http::Request& request) {
  std::string query{request.route};
  for (const auto& [name, value] : request.path_parameters)
    query.append("\n").append(name).append("=").append(value);
  for (const auto& [name, value] : request.query.all())
    if (shapes_the_answer(name)) query.append("\n").append(name).append("=").append(value);
  return digest_of(query).text().substr(0, 16);
}

}  // namespace

std::string select_list(std::span<const ShownColumn> columns) {
  std::string list;
  for (const ShownColumn& column : columns) list.append(list.empty() ? "" : ", ").append(column.sql);
  return list;
}

void write_members(json::Writer& out, const BinaryRows& rows, std::size_t row,
                   std::span<const ShownColumn> columns, std::size_t first) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out.key(columns[i].name);
    const auto field = rows.value(row, first + i);
    field ? write_value(out, *field, columns[i].as) : static_cast<void>(out.null());
  }
}

std::string shown_text(std::string_view field, Shown as) {
  if (as == Shown::text || as == Shown::json) return std::string{field};
  std::string json;
  json::Writer out(json);
  write_value(out, field, as);
  // Times and money are plain text between the quotes.
  return json.starts_with('"') ? json.substr(1, json.size() - 2) : json;
}

std::string money_text(std::int64_t value_e4) {
  const bool negative = value_e4 < 0;
  const auto units =
      negative ? 0 - static_cast<std::uint64_t>(value_e4) : static_cast<std::uint64_t>(value_e4);
  std::string fraction = std::to_string(10'000 + units % 10'000).substr(1);
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return (negative ? "-" : "") + std::to_string(units / 10'000) + "." + fraction;
}

std::string cursor_text(const http::Request& request, std::span<const std::string> keys) {
  std::string json;
  json::Writer writer(json);
  writer.open('[').string(fingerprint(request));
  for (const std::string& key : keys) writer.string(key);
  writer.close(']');
  return base64url(json);
}

Result<std::optional<std::vector<std::string>>> read_cursor(const http::Request& request, std::size_t keys) {
  const auto text = request.query.text("cursor", 4096);
  if (!text) return text.error();
  if (!text->has_value()) return std::optional<std::vector<std::string>>{};
  const Error foreign = rejected("query", "cursor: not one that this query gave; begin again without it");
  const auto json = from_base64url(**text);
  if (!json) return foreign;
  json::Parser parser;
  const auto parsed = parser.parse(*json);
  const auto array = parsed ? parsed->as_array() : std::nullopt;
  if (!array) return foreign;
  std::vector<std::string> found;
  for (const json::Value value : *array) {
    const auto key = value.as_string();
    if (!key) return foreign;
    found.emplace_back(*key);
  }
  if (found.size() != keys + 1 || found.front() != fingerprint(request)) return foreign;
  found.erase(found.begin());
  return std::optional{std::move(found)};
}

}  // namespace trunkline
