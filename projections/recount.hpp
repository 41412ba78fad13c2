// How a read model counts its own aggregates anew from its fact rows, for `verify`: it streams the facts,
// counts them into Sums by its contribution functions, and compares.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "projections/sums.hpp"

namespace trunkline {

// One column of one row that is not what the facts (or a fold of the journal) say. Values of text and bytea
// columns are told by their size only: they may be personal.
struct Difference {
  std::string table, key, column, stored, counted;
};

// Of one table: nobody reads a million.
inline constexpr std::ptrdiff_t differences_max = 50;

namespace recount_detail {

inline std::string shown(const std::string& value) {
  return "(" + std::to_string(value.size()) + " bytes)";
}
inline std::string shown(std::int64_t value) {
  return std::to_string(value);
}
inline std::string shown(double value) {
  return std::to_string(value);
}
inline std::string shown(std::same_as<bool> auto value) {
  return value ? "true" : "false";
}
inline std::string shown(Time value) {
  return format_time(value);
}
inline std::string shown(pg::Date value) {
  return format_time(Time{value}).substr(0, 10);
}
template <class T>
std::string shown(const std::optional<T>& value) {
  return value ? shown(*value) : "NULL";
}

inline std::string key_part(const std::string& value) {
  return value;
}
template <class T>
std::string key_part(const T& value) {
  return shown(value);
}

}  // namespace recount_detail

// The key as people read it: "acme, agent-1, 2026-11-23".
template <TableRow Row>
std::string key_text(const Row& row) {
  std::string text;
  for_each_column<Row>([&](auto i, const auto& column) {
    if constexpr (i < Row::key_columns)
      text += (i == 0 ? "" : ", ") + recount_detail::key_part(row.*column.member);
  });
  return text;
}

// Keeps the first few of each table.
inline void note(std::vector<Difference>& differences, Difference difference) {
  const auto same = [&](const Difference& known) { return known.table == difference.table; };
  if (std::count_if(differences.begin(), differences.end(), same) < differences_max)
    differences.push_back(std::move(difference));
}

template <TableRow Row>
void compare_row(const Row& stored, const Row& counted, std::vector<Difference>& differences) {
  for_each_column<Row>([&](auto, const auto& column) {
    if (stored.*column.member == counted.*column.member) return;
    note(differences,
         {std::string{Row::table}, key_text(stored), std::string{column.name},
          recount_detail::shown(stored.*column.member), recount_detail::shown(counted.*column.member)});
  });
}

// Calls visit(row) for every row of the table, in no order, some thousands at a time. Inside a transaction.
template <TableRow Row, class Visit>
Status for_each_row(Postgres& session, Visit visit) {
  std::string columns;
  for (const auto name : column_names<Row>()) columns += (columns.empty() ? "" : ", ") + std::string{name};
  const std::string table{Row::table};
  const auto opened =
      session.run("DECLARE all_of_" + table + " NO SCROLL CURSOR FOR SELECT " + columns + " FROM " + table);
  if (!opened) return opened.error();
  while (true) {
    const auto rows = session.fetch("FETCH 5000 FROM all_of_" + table);
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      Row row;
      decode_row(*rows, i, row);
      visit(row);
    }
    if (rows->size() == 0) break;
  }
  const auto closed = session.run("CLOSE all_of_" + table);
  return closed ? done() : Status{closed.error()};
}

// The table against what was counted from the facts. Takes the counted sums out row by row.
template <TableRow Row>
Status compare_sums(Postgres& session, Sums<Row>& counted, std::vector<Difference>& differences) {
  auto status = for_each_row<Row>(session, [&](const Row& stored) {
    Row& expected = counted.at(key_of(stored));
    compare_row(stored, expected, differences);
    counted.subtract(Row{expected});
  });
  if (!status) return status;
  for (const Row& missing : counted.differences())
    if (!Sums<Row>::is_zero(missing))
      note(differences, {std::string{Row::table}, key_text(missing), "", "no such row", "a row"});
  return done();
}

}  // namespace trunkline
