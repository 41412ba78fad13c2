// Fetching rows by key, set-wise: one query however many keys.
#pragma once
#include <span>

#include "projections/columns.hpp"

namespace trunkline {

namespace wanted_detail {

// One key column of all wanted rows, as an array parameter.
class KeyArray {
 public:
  void add(const std::string& part) { texts_.push_back(part); }
  void add(std::int64_t part) { integers_.push_back(part); }
  void add(Time part) { texts_.push_back(format_time(part)); }
  void add(pg::Date part) { texts_.push_back(format_time(Time{part}).substr(0, 10)); }
  void bind(Params& params) const { integers_.empty() ? params.texts(texts_) : params.integers(integers_); }

  static std::string_view type(const std::string*) { return "text[]"; }
  static std::string_view type(const std::int64_t*) { return "bigint[]"; }
  static std::string_view type(const Time*) { return "timestamptz[]"; }
  static std::string_view type(const pg::Date*) { return "date[]"; }

 private:
  std::vector<std::string> texts_;
  std::vector<std::int64_t> integers_;
};

// "SELECT t.tenant, t.contact, t.calls FROM leads t JOIN unnest($1::text[], $2::text[]) AS k(tenant, contact)
//  ON t.tenant = k.tenant AND t.contact = k.contact"
template <TableRow Row>
std::string select_by_keys() {
  std::string columns, arrays, names, matches;
  for_each_column<Row>([&]<class Field>(auto i, const Column<Row, Field>& column) {
    const std::string name{column.name};
    columns += (i == 0 ? "t." : ", t.") + name;
    if constexpr (i < Row::key_columns) {
      const std::string_view comma = i == 0 ? "" : ", ";
      arrays += std::string{comma} + "$" + std::to_string(i + 1) + "::";
      arrays += KeyArray::type(static_cast<const Field*>(nullptr));
      names += std::string{comma} + name;
      matches += (i == 0 ? "t." : " AND t.") + name + " = k." + name;
    }
  });
  return "SELECT " + columns + " FROM " + std::string{Row::table} + " t JOIN unnest(" + arrays + ") AS k(" +
         names + ") ON " + matches;
}

}  // namespace wanted_detail

// The rows that exist for these keys, in no order; each wanted Row needs only its key's fields.
template <TableRow Row>
Result<BinaryRows> fetch_by_keys(Postgres& session, std::span<const Row* const> wanted) {
  static const std::string sql = wanted_detail::select_by_keys<Row>();
  Params params;
  for_each_column<Row>([&](auto i, const auto& column) {
    if constexpr (i < Row::key_columns) {
      wanted_detail::KeyArray parts;
      for (const Row* row : wanted) parts.add(row->*column.member);
      parts.bind(params);
    }
  });
  return session.fetch(sql, params);
}

}  // namespace trunkline
