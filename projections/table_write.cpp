#include "projections/table_write.hpp"

#include <functional>

namespace trunkline {
namespace {

using Kind = TableWrite::Kind;

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

std::string prune_sql(const TableWrite& write) {
  const std::string_view none = write.zeros_are_null ? " IS NULL" : " = 0";
  const auto zero = [none](const std::string& name) { return "t." + name + std::string{none}; };
  return "DELETE FROM " + std::string{write.table} + " t USING " + pending_table(write) + " p WHERE " +
         same_key(write) + " AND " + listed(write, write.key_columns, write.columns.size(), " AND ", zero);
}

// A row that is there after all was not known to be: what is in memory is forgotten and read again.
Status insert_rows(Transaction& transaction, const TableWrite& write, const std::string& columns) {
  const auto copied = transaction.copy_in(std::string{write.table} + " (" + columns + ")", write.tuples);
  if (copied || copied.error().code != "duplicate") return copied;
  return try_again("row_known", "a row taken for new is in table " + std::string{write.table} + " already");
}

}  // namespace

std::string carry_over_sql(const TableWrite& write) {
  const std::string table{write.table};
  if (write.kind == Kind::remove)
    return "DELETE FROM " + table + " t USING " + pending_table(write) + " p WHERE " + same_key(write);
  const std::string columns = names(write, write.columns.size());
  const auto assignment = [&write](const std::string& name) {
    if (write.kind == Kind::replace) return name + " = excluded." + name;
    if (!write.zeros_are_null) return name + " = t." + name + " + excluded." + name;
    return name + " = CASE WHEN excluded." + name + " IS NULL THEN t." + name + " ELSE nullif(coalesce(t." +
           name + ", 0) + excluded." + name + ", 0) END";
  };
  const std::string insert = "INSERT INTO " + table + " AS t (" + columns + ") SELECT " + columns + " FROM " +
                             pending_table(write) + " ON CONFLICT (" + names(write, write.key_columns) +
                             ") DO ";
  if (write.key_columns == write.columns.size()) return insert + "NOTHING";
  return insert + "UPDATE SET " + listed(write, write.key_columns, write.columns.size(), ", ", assignment);
}

Status write_rows(Transaction& transaction, const TableWrite& write) {
  if (write.rows == 0) return done();
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

}  // namespace trunkline
