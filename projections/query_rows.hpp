// Result rows as JSON, and the cursor with which the next page begins.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"
#include "core/json.hpp"
#include "core/postgres.hpp"

namespace trunkline {

enum class Shown {
  text,
  number,
  real,
  boolean,
  time,
  money,
  json
};  // money: bigint in 1/10000, shown as decimal text

struct ShownColumn {
  std::string_view name;  // of the JSON member
  std::string_view
      sql;  // an expression of the matching type: text, bigint, double precision, boolean, timestamptz
  Shown as = Shown::text;
};

std::string select_list(std::span<const ShownColumn> columns);
// Writes a row's members, NULL as null; the columns stand at `first` in the result.
void write_members(json::Writer& out, const BinaryRows& rows, std::size_t row,
                   std::span<const ShownColumn> columns, std::size_t first = 0);

// A field as plain text, for CSV; JSON stays JSON.
std::string shown_text(std::string_view field, Shown as);

std::string money_text(std::int64_t value_e4);  // "120.00", "0.0305"

// Keyset paging: a cursor is the sort keys of a page's last row, bound to the query that gave it (everything
// but cursor, limit and freshness), so that it cannot be used with another filter or order.
std::string cursor_text(const http::Request& request, std::span<const std::string> keys);
// nullopt: the first page. Errors: reject "query" when it is not this query's, or has not `keys` keys.
Result<std::optional<std::vector<std::string>>> read_cursor(const http::Request& request, std::size_t keys);

}  // namespace trunkline
