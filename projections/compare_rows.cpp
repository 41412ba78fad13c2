#include "projections/compare_rows.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace trunkline {
namespace {

Result<std::vector<std::string>> texts(Postgres& session, std::string_view sql, const Params& params) {
  const auto rows = session.run(sql, params);
  if (!rows) return rows.error();
  std::vector<std::string> all;
  for (std::size_t i = 0; i < rows->size(); ++i) all.emplace_back(rows->text(i, 0));
  return all;
}

Result<std::vector<std::string>> tables_of(Postgres& session, const std::string& schema) {
  return texts(session, "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1",
               Params{}.text(schema));
}

Result<std::vector<std::string>> key_of_table(Postgres& session, const std::string& table) {
  return texts(session,
               "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
               "AND a.attnum = ANY (i.indkey) WHERE i.indrelid = $1::regclass AND i.indisprimary "
               "ORDER BY array_position(i.indkey, a.attnum)",
               Params{}.text(table));
}

std::string joined(const std::vector<std::string>& names, const std::string& before,
                   const std::string& separator) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : separator) + before + name;
  return text;
}

// Text may be personal: only its size is told.
std::string shown(json::Value value) {
  if (value.is_null()) return "NULL";
  const auto text = value.as_string();
  if (text && !parse_time(*text)) return "(" + std::to_string(text->size()) + " characters)";
  std::string out;
  json::write(out, value);
  return out;
}

void compare_documents(json::Value stored, json::Value counted, const Difference& place,
                       std::vector<Difference>& differences) {
  const auto fresh = counted.as_object();
  for (const auto [name, value] : *counted.as_object())
    if (!stored.as_object()->find(name))
      note(differences, {place.table, place.key, std::string{name}, "no such column", shown(value)});
  for (const auto [name, value] : *stored.as_object()) {
    std::string a, b;
    json::write(a, value);
    const auto other = fresh->find(name);
    if (other) json::write(b, *other);
    if (a == b) continue;
    Difference difference = place;
    difference.column = name;
    difference.stored = shown(value);
    difference.counted = other ? shown(*other) : "no such column";
    note(differences, std::move(difference));
  }
}

// Rows that differ in anything, as JSON: at most so many that the report stays readable.
Status compare_tables(Postgres& session, const std::string& stored, const std::string& counted,
                      const std::string& table, bool same_columns, std::vector<Difference>& differences) {
  const auto key = key_of_table(session, stored + "." + table);
  if (!key) return key.error();
  // A row of one shape is compared as it is: a fifth of the cost.
  const std::string differs =
      same_columns ? "ROW(a.*) IS DISTINCT FROM ROW(b.*)" : "to_jsonb(a) IS DISTINCT FROM to_jsonb(b)";
  const auto differing = session.run(
      "SELECT concat_ws(', ', " + joined(*key, "", ", ") + "), to_jsonb(a), to_jsonb(b) FROM " + stored +
      "." + table + " a FULL JOIN " + counted + "." + table + " b USING (" + joined(*key, "", ", ") +
      ") WHERE " + differs + " LIMIT " + std::to_string(differences_max));
  if (!differing) return differing.error();
  json::Parser left, right;
  std::vector<Difference> found;
  for (std::size_t i = 0; i < differing->size(); ++i) {
    const Difference place{table, std::string{differing->text(i, 0)}, "", "a row", "a row"};
    if (differing->is_null(i, 1)) {
      note(found, {table, place.key, "", "no such row", "a row"});
    } else if (differing->is_null(i, 2)) {
      note(found, {table, place.key, "", "a row", "no such row"});
    } else {
      const auto one = left.parse(differing->text(i, 1));
      const auto other = right.parse(differing->text(i, 2));
      if (!one || !other) return must_stop("verify", "Postgres gave a row that is no JSON");
      compare_documents(*one, *other, place, found);
    }
  }
  differences.insert(differences.end(), found.begin(), found.end());
  return done();
}

// Names and types, in order.
Result<std::vector<std::string>> columns_of_table(Postgres& session, const std::string& table) {
  return texts(session,
               "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute "
               "WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
               Params{}.text(table));
}

}  // namespace

Result<std::vector<Difference>> compare_rows(Postgres& session, const std::string& stored,
                                             const std::string& counted) {
  const auto tables = tables_of(session, stored);
  if (!tables) return tables.error();
  const auto others = tables_of(session, counted);
  if (!others) return others.error();
  std::vector<Difference> differences;
  for (const std::string& table : *others)
    if (std::find(tables->begin(), tables->end(), table) == tables->end())
      note(differences, {table, "all", "", "no such table", "a table"});
  for (const std::string& table : *tables) {
    if (std::find(others->begin(), others->end(), table) == others->end()) {
      note(differences, {table, "all", "", "a table", "no such table"});
      continue;
    }
    const auto key = key_of_table(session, stored + "." + table);
    const auto other_key = key_of_table(session, counted + "." + table);
    if (!key) return key.error();
    if (!other_key) return other_key.error();
    if (*key != *other_key) {
      note(differences, {table, "all", "", "a table", "a table with another key"});
      continue;
    }
    const auto a = columns_of_table(session, stored + "." + table);
    const auto b = columns_of_table(session, counted + "." + table);
    if (!a) return a.error();
    if (!b) return b.error();
    if (auto status = compare_tables(session, stored, counted, table, *a == *b, differences); !status)
      return status.error();
  }
  return differences;
}

}  // namespace trunkline
