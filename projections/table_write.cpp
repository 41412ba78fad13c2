#include "projections/table_write.hpp"

#include <deque>
#include <functional>
#include <utility>

namespace trunkline {
namespace {

using Kind = TableWrite::Kind;

constexpr std::size_t few_rows_max = 64;
constexpr std::size_t rows_a_statement = 8;

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::insert:
      return "insert";
    case Kind::replace:
      return "replace";
    case Kind::add:
      return "add";
    case Kind::add_and_prune:
      return "prune";
    case Kind::remove:
      return "remove";
  }
  return "";
}

// One temporary table for each kind: a batch may add to a table in one way and in another.
std::string pending_table(const TableWrite& write) {
  return "pending_" + std::string{kind_name(write.kind)} + "_" + std::string{write.table};
}

// The columns from `first` on, each as `piece` writes it.
std::string listed(const TableWrite& write, std::size_t first, std::size_t last, std::string_view separator,
                   const std::function<std::string(const std::string&)>& piece) {
  std::string text;
  for (std::size_t i = first; i < last; ++i) {
    if (i > first) text += separator;
    text += piece(std::string{write.columns[i]});
  }
  return text;
}

std::string names(const TableWrite& write, std::size_t last) {
  return listed(write, 0, last, ", ", [](const std::string& name) { return name; });
}

std::string same_key(const TableWrite& write) {
  return listed(write, 0, write.key_columns, " AND ",
                [](const std::string& name) { return "t." + name + " = p." + name; });
}

std::string all_zero(const TableWrite& write) {
  const std::string_view none = write.zeros_are_null ? " IS NULL" : " = 0";
  const auto zero = [none](const std::string& name) { return "t." + name + std::string{none}; };
  return listed(write, write.key_columns, write.columns.size(), " AND ", zero);
}

std::string prune_sql(const TableWrite& write) {
  return "DELETE FROM " + std::string{write.table} + " t USING " + pending_table(write) + " p WHERE " +
         same_key(write) + " AND " + all_zero(write);
}

// What happens to a row whose key is taken.
std::string on_conflict(const TableWrite& write) {
  const auto assignment = [&write](const std::string& name) {
    if (write.kind == Kind::replace) return name + " = excluded." + name;
    if (!write.zeros_are_null) return name + " = t." + name + " + excluded." + name;
    return name + " = CASE WHEN excluded." + name + " IS NULL THEN t." + name + " ELSE nullif(coalesce(t." +
           name + ", 0) + excluded." + name + ", 0) END";
  };
  const std::string head = " ON CONFLICT (" + names(write, write.key_columns) + ") DO ";
  if (write.key_columns == write.columns.size()) return head + "NOTHING";
  return head + "UPDATE SET " + listed(write, write.key_columns, write.columns.size(), ", ", assignment);
}

Error known_after_all(std::string_view table) {
  return try_again("row_known", "a row taken for new is in table " + std::string{table} + " already");
}

// A row that is there after all was not known to be: what is in memory is forgotten and read again.
Status insert_rows(Transaction& transaction, const TableWrite& write, const std::string& columns) {
  const auto copied = transaction.copy_in(std::string{write.table} + " (" + columns + ")", write.tuples);
  if (copied || copied.error().code != "duplicate") return copied;
  return known_after_all(write.table);
}

Status write_many(Transaction& transaction, const TableWrite& write) {
  const std::string columns = names(write, write.columns.size());
  if (write.kind == Kind::insert) return insert_rows(transaction, write, columns);
  const std::string pending = pending_table(write);
  const auto prepared = transaction.run("CREATE TEMPORARY TABLE IF NOT EXISTS " + pending +
                                        " ON COMMIT DELETE ROWS AS SELECT " + columns + " FROM " +
                                        std::string{write.table} + " WITH NO DATA");
  if (!prepared) return prepared.error();
  if (auto status = transaction.copy_in(pending + " (" + columns + ")", write.tuples); !status) return status;
  if (const auto carried = transaction.run(carry_over_sql(write)); !carried) return carried.error();
  if (write.kind != Kind::add_and_prune) return done();
  const auto pruned = transaction.run(prune_sql(write));
  return pruned ? done() : Status{pruned.error()};
}

// "t.tenant = $1 AND t.contact = $2"
std::string key_is_given(const TableWrite& write) {
  std::size_t n = 0;
  return listed(write, 0, write.key_columns, " AND ",
                [&n](const std::string& name) { return "t." + name + " = $" + std::to_string(++n); });
}

// For so many rows; their fields, one after the other, are $1, $2 …
std::string insert_sql(const TableWrite& write, std::size_t rows) {
  std::string sql = "INSERT INTO " + std::string{write.table} + " AS t (" +
                    names(write, write.columns.size()) + ") VALUES ";
  std::size_t n = 0;
  const auto place = [&n](const std::string&) { return "$" + std::to_string(++n); };
  for (std::size_t row = 0; row < rows; ++row)
    sql += (row == 0 ? "(" : ", (") + listed(write, 0, write.columns.size(), ", ", place) + ")";
  return write.kind == Kind::insert ? sql : sql + on_conflict(write);
}

std::size_t read_big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// The next tuple's fields; the tuple is taken off.
void take_fields(std::string_view& tuples, std::vector<std::optional<std::string_view>>& fields) {
  const std::size_t count = read_big_endian(tuples.substr(0, 2));
  tuples.remove_prefix(2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = read_big_endian(tuples.substr(0, 4));
    tuples.remove_prefix(4);
    const bool null = size == 0xffffffff;
    fields.push_back(null ? std::nullopt : std::optional{tuples.substr(0, size)});
    if (!null) tuples.remove_prefix(size);
  }
}

// Statements for few rows of several tables, which are sent together.
class FewRows {
 public:
  void add(const TableWrite& write) {
    if (write.kind == Kind::remove) return delete_each(write);
    if (write.kind == Kind::insert) inserting_ = write.table;
    std::string_view tuples = write.tuples;
    std::size_t rows = 0;
    for (std::size_t left = write.rows; left > 0; left -= rows) {
      const std::size_t before = std::exchange(rows, left >= rows_a_statement ? rows_a_statement : 1);
      if (rows != before) texts_.push_back(insert_sql(write, rows));
      BoundStatement& statement = statements_.emplace_back(BoundStatement{texts_.back(), {}});
      for (std::size_t i = 0; i < rows; ++i) take_fields(tuples, statement.values);
    }
    if (write.kind == Kind::add_and_prune) delete_each(write);
  }

  Status send(Transaction& transaction) {
    if (statements_.empty()) return done();
    const auto ran = transaction.run_together(statements_);
    const std::string_view inserting = std::exchange(inserting_, {});
    statements_.clear();
    texts_.clear();
    if (ran) return done();
    return ran.error().code == "duplicate" && !inserting.empty() ? known_after_all(inserting) : ran.error();
  }

 private:
  // One statement for each row.
  void delete_each(const TableWrite& write) {
    const bool pruning = write.kind == Kind::add_and_prune;
    texts_.push_back("DELETE FROM " + std::string{write.table} + " t WHERE " + key_is_given(write) +
                     (pruning ? " AND " + all_zero(write) : ""));
    std::string_view tuples = write.tuples;
    for (std::size_t i = 0; i < write.rows; ++i) {
      std::vector<std::optional<std::string_view>> fields;
      take_fields(tuples, fields);
      fields.resize(write.key_columns);
      statements_.push_back({texts_.back(), std::move(fields)});
    }
  }

  std::vector<BoundStatement> statements_;
  std::deque<std::string> texts_;  // which the statements view
  std::string_view inserting_;
};

}  // namespace

std::string carry_over_sql(const TableWrite& write) {
  const std::string table{write.table};
  if (write.kind == Kind::remove)
    return "DELETE FROM " + table + " t USING " + pending_table(write) + " p WHERE " + same_key(write);
  const std::string columns = names(write, write.columns.size());
  return "INSERT INTO " + table + " AS t (" + columns + ") SELECT " + columns + " FROM " +
         pending_table(write) + on_conflict(write);
}

Status write_rows(Transaction& transaction, const WriteSet& writes) {
  FewRows few;
  for (const TableWrite& write : writes) {
    if (write.rows <= few_rows_max) {
      few.add(write);
      continue;
    }
    if (auto status = few.send(transaction); !status) return status;
    if (auto status = write_many(transaction, write); !status) return status;
  }
  return few.send(transaction);
}

}  // namespace trunkline
