// An aggregate table as its fold sees it: only differences of contributions, never a row. Each contribution
// is a Row whose key says where it counts and whose other columns (bigint, 0 by default) say what.
//
// What is taken out must be what was put in: add() and subtract() get contributions computed by the same
// function from the fact as it is and as it was. The fenced commit adds each difference exactly once (design
// §4).
//
// A Row with many sums, most of them 0, may declare `static constexpr bool zeros_are_null = true`: its
// columns allow NULL, which is what a sum of 0 is stored as.
#pragma once
#include <algorithm>
#include <numeric>
#include <optional>

#include "projections/columns.hpp"
#include "projections/key_filter.hpp"
#include "projections/key_index.hpp"
#include "projections/table_write.hpp"

namespace trunkline {

template <class Row>
inline constexpr bool zeros_are_null = requires {
  requires Row::zeros_are_null;
};

template <TableRow Row>
class Sums {
 public:
  // The table has no row: until drop(), a sum whose key was never written is put in as it is, not added to
  // one that might be there. A catch-up and a rebuild begin so.
  void begins_empty() { written_.emplace(KeyFilter::bytes_of_a_table); }

  void add(const Row& contribution) { count(contribution, +1); }
  void subtract(const Row& contribution) { count(contribution, -1); }

  // The difference so far for this key, for adding to it in place. The reference lasts until the next call.
  Row& at(const KeyOf<Row>& key) {
    const std::size_t hash = hash_of(key);
    std::uint32_t at = index_.find(hash, [&](std::uint32_t slot) { return key_of(rows_[slot]) == key; });
    if (at == KeyIndex::none) {
      at = static_cast<std::uint32_t>(rows_.size());
      set_key(rows_.emplace_back(), key);
      index_.insert(hash, at);
    }
    return rows_[at];
  }

  const std::vector<Row>& differences() const { return rows_; }

  static bool is_zero(const Row& row) {
    bool zero = true;
    for_each_sum([&](const auto& column) { zero &= row.*column.member == 0; });
    return zero;
  }

  // Appends the differences and ends the batch. Rows in which they cancel out are not written.
  void take(WriteSet& writes) {
    TableWrite fresh{TableWrite::Kind::insert, Row::table, column_names<Row>(), Row::key_columns, {}, 0};
    fresh.zeros_are_null = zeros_are_null<Row>;
    TableWrite grown = fresh, lessened = fresh;
    grown.kind = TableWrite::Kind::add;
    lessened.kind = TableWrite::Kind::add_and_prune;
    for (const std::uint32_t at : in_order_of_key()) {
      const Row& row = rows_[at];
      if (is_zero(row)) continue;
      bool less = false;
      for_each_sum([&](const auto& column) { less |= row.*column.member < 0; });
      TableWrite& write = less ? lessened : is_first(row) ? fresh : grown;
      encode(write.tuples, row);
      ++write.rows;
    }
    forget_differences();
    for (TableWrite* write : {&grown, &lessened, &fresh})
      if (write->rows > 0) writes.push_back(std::move(*write));
  }

  // Forgets everything: what was taken may never be committed.
  void drop() {
    forget_differences();
    written_.reset();
  }

 private:
  void forget_differences() {
    rows_.clear();
    index_.clear();
  }

  std::vector<std::uint32_t> in_order_of_key() const {
    std::vector<std::uint32_t> order(rows_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [this](std::uint32_t a, std::uint32_t b) { return key_of(rows_[a]) < key_of(rows_[b]); });
    return order;
  }

  // Known not to be in the table; from now on it is.
  bool is_first(const Row& row) {
    if (!written_) return false;
    const std::size_t hash = hash_of(key_of(row));
    const bool first = !written_->may_hold(hash);
    written_->add(hash);
    return first;
  }

  template <class Visit>
  static void for_each_sum(Visit visit) {
    for_each_column<Row>([&](auto i, const auto& column) {
      if constexpr (i >= Row::key_columns) visit(column);
    });
  }

  static void encode(std::string& out, const Row& row) {
    if constexpr (!zeros_are_null<Row>) return encode_row(out, row);
    pg::TupleWriter tuple(out);
    tuple.begin(columns_of<Row>);
    for_each_column<Row>([&](auto i, const auto& column) {
      if constexpr (i >= Row::key_columns) {
        if (row.*column.member == 0) return static_cast<void>(tuple.null());
      }
      columns_detail::encode(tuple, row.*column.member);
    });
  }

  void count(const Row& contribution, std::int64_t sign) {
    Row& row = at(key_of(contribution));
    for_each_sum([&](const auto& column) { row.*column.member += sign * contribution.*column.member; });
  }

  std::vector<Row> rows_;
  KeyIndex index_;
  std::optional<KeyFilter> written_;
};

}  // namespace trunkline
