// What a batch writes into one table, and how it gets there. Many rows are copied in: new ones straight, half
// the work of the others, which go into a temporary table of the session, whence one statement carries them
// over. Few rows, of all tables together, are sent as prepared statements in one round trip: what a live
// batch needs is told in a fifth of the time. Encoded while folding, so that shipping overlaps the next
// batch's fold.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/postgres.hpp"

namespace trunkline {

struct TableWrite {
  enum class Kind {
    insert,         // rows whose keys the table does not hold; if it does, memory was wrong: a retry error
    replace,        // rows as they now are: inserted, or put in place of the one with the same key
    add,            // added to the row with the same key, column by column; inserted where there is none
    add_and_prune,  // the same, and a row in which every sum is then 0 ceases to exist
    remove,         // rows with these keys cease to exist; the tuples hold only the key
  };
  Kind kind = Kind::replace;
  std::string_view table;                 // unqualified: the model's schema is on the search_path
  std::vector<std::string_view> columns;  // the key first
  std::size_t key_columns = 0;
  std::string tuples;  // core/pg_binary.hpp
  std::size_t rows = 0;
  bool zeros_are_null = false;  // of sums (sums.hpp)
};
using WriteSet = std::vector<TableWrite>;

// The statement that carries rows from the temporary table into the real one: exposed for its test.
std::string carry_over_sql(const TableWrite& write);

// Errors: as of Transaction; reject "data" when a row holds what its table refuses.
Status write_rows(Transaction& transaction, const WriteSet& writes);

}  // namespace trunkline
