// A row of a read model is a plain struct that names its columns once; everything that moves rows reads them
// here.
//
//   struct LeadRow {
//     std::string tenant, contact;        // the key comes first
//     std::int64_t calls = 0;
//     std::optional<Time> converted_at;   // optional: NULL when it has no value
//
//     static constexpr std::string_view table = "leads";
//     static constexpr std::size_t key_columns = 2;
//     static constexpr auto columns =
//         std::make_tuple(column("tenant", &LeadRow::tenant), column("contact", &LeadRow::contact),
//                         column("calls", &LeadRow::calls), column("converted_at", &LeadRow::converted_at));
//   };
//
// Types: std::string (text or bytea), std::int64_t (bigint), double, bool, Time (timestamptz), pg::Date
// (date), and std::optional of these. A key column is never optional. Every table begins with `tenant`.
#pragma once
#include <concepts>
#include <string>
#include <tuple>
#include <vector>

#include "core/pg_binary.hpp"
#include "core/postgres.hpp"

namespace trunkline {

template <class Row, class Field>
struct Column {
  std::string_view name;
  Field Row::*member;
};

template <class Row, class Field>
constexpr Column<Row, Field> column(std::string_view name, Field Row::*member) {
  return {name, member};
}

template <class Row>
concept TableRow = requires {
  { Row::table } -> std::convertible_to<std::string_view>;
  { Row::key_columns } -> std::convertible_to<std::size_t>;
  Row::columns;
};

namespace columns_detail {

inline void encode(pg::TupleWriter& out, const std::string& value) {
  out.bytes(value);
}
inline void encode(pg::TupleWriter& out, std::int64_t value) {
  out.integer(value);
}
inline void encode(pg::TupleWriter& out, double value) {
  out.real(value);
}
inline void encode(pg::TupleWriter& out, Time value) {
  out.time(value);
}
inline void encode(pg::TupleWriter& out, pg::Date value) {
  out.date(value);
}
void encode(pg::TupleWriter& out, std::same_as<bool> auto value) {
  out.boolean(value);
}
template <class T>
void encode(pg::TupleWriter& out, const std::optional<T>& value) {
  value ? encode(out, *value) : static_cast<void>(out.null());
}

inline void decode(std::string_view field, std::string& value) {
  value.assign(field);
}
inline void decode(std::string_view field, std::int64_t& value) {
  value = pg::read_integer(field);
}
inline void decode(std::string_view field, double& value) {
  value = pg::read_real(field);
}
inline void decode(std::string_view field, bool& value) {
  value = pg::read_boolean(field);
}
inline void decode(std::string_view field, Time& value) {
  value = pg::read_time(field);
}
inline void decode(std::string_view field, pg::Date& value) {
  value = pg::read_date(field);
}

template <class T>
void take(std::optional<std::string_view> field, T& value) {
  if (field) decode(*field, value);
}
template <class T>
void take(std::optional<std::string_view> field, std::optional<T>& value) {
  if (field) decode(*field, value.emplace());
}

// How a key is named when it is looked up: text without a copy, the rest by value.
template <class T>
struct KeyPart {
  using type = T;
};
template <>
struct KeyPart<std::string> {
  using type = std::string_view;
};

template <class Row, std::size_t... I>
auto key_of(const Row& row, std::index_sequence<I...>) {
  const auto part = [&row]<class Field>(const Column<Row, Field>& key) ->
      typename KeyPart<Field>::type { return row.*key.member; };
  return std::tuple{part(std::get<I>(Row::columns))...};
}

inline std::size_t hash(std::string_view part) {
  return std::hash<std::string_view>{}(part);
}
inline std::size_t hash(std::int64_t part) {
  return std::hash<std::int64_t>{}(part);
}
inline std::size_t hash(Time part) {
  return hash(to_micros(part));
}
inline std::size_t hash(pg::Date part) {
  return hash(std::int64_t{part.time_since_epoch().count()});
}

}  // namespace columns_detail

// The row's key: a tuple of the first `key_columns` fields, texts as views into the row.
template <TableRow Row>
auto key_of(const Row& row) {
  return columns_detail::key_of(row, std::make_index_sequence<Row::key_columns>{});
}

template <TableRow Row>
using KeyOf = decltype(key_of(std::declval<const Row&>()));

template <class... Parts>
std::size_t hash_of(const std::tuple<Parts...>& key) {
  return std::apply(
      [](const auto&... part) {
        std::size_t mixed = 0;
        ((mixed = (mixed ^ columns_detail::hash(part)) * 0x9e3779b97f4a7c15u, mixed ^= mixed >> 32), ...);
        return mixed;
      },
      key);
}

// Calls visit(index, column) for every column, in order.
template <TableRow Row, class Visit>
void for_each_column(Visit visit) {
  [&visit]<std::size_t... I>(std::index_sequence<I...>) {
    (visit(std::integral_constant<std::size_t, I>{}, std::get<I>(Row::columns)), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<decltype(Row::columns)>>{});
}

template <TableRow Row>
inline constexpr std::size_t columns_of = std::tuple_size_v<decltype(Row::columns)>;

template <TableRow Row>
std::vector<std::string_view> column_names(std::size_t first = columns_of<Row>) {
  std::vector<std::string_view> names;
  for_each_column<Row>([&](auto i, const auto& column) {
    if (i < first) names.push_back(column.name);
  });
  return names;
}

// Sets the key's fields of a fresh row.
template <TableRow Row>
void set_key(Row& row, const KeyOf<Row>& key) {
  for_each_column<Row>([&](auto i, const auto& column) {
    if constexpr (i < Row::key_columns) row.*column.member = std::get<i>(key);
  });
}

// Appends the row's first columns as one tuple for Transaction::copy_in.
template <TableRow Row>
void encode_row(std::string& out, const Row& row, std::size_t first = columns_of<Row>) {
  pg::TupleWriter tuple(out);
  tuple.begin(first);
  for_each_column<Row>([&](auto i, const auto& column) {
    if (i < first) columns_detail::encode(tuple, row.*column.member);
  });
}

// Reads a result row whose columns stand in the order of Row::columns.
template <TableRow Row>
void decode_row(const BinaryRows& rows, std::size_t at, Row& row) {
  for_each_column<Row>(
      [&](auto i, const auto& column) { columns_detail::take(rows.value(at, i), row.*column.member); });
}

}  // namespace trunkline
