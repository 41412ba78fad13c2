#include "projections/verify_deep.hpp"

#include <algorithm>

#include "projections/install.hpp"

namespace trunkline {
namespace {

constexpr std::size_t read_bytes = 8 << 20;

// A fold of the journal into a schema of its own, as far as one says.
class Scratch {
 public:
  Scratch(Log& log, Postgres& session, const Projection& model, const VerifyOptions& options)
      : log_(log),
        session_(session),
        model_(model),
        options_(options),
        schema_("verify_" + rows_schema(model)),
        fold_(model.make_fold(options.fold)),
        next_(log.partitions()) {}

  const std::string& schema() const { return schema_; }

  Status make() {
    if (auto status = drop(); !status) return status;
    if (auto status = install_tables(session_, model_, schema_); !status) return status;
    return use_schema(session_, schema_);
  }

  Status drop() { return session_.script("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE"); }

  // Goes on to where the model's checkpoints are now, as this session sees them.
  Status fold_up_to_rows(Postgres& session) {
    const auto checkpoints = read_checkpoints(session, model_);
    if (!checkpoints) return checkpoints.error();
    const auto parked = read_parked(session, model_);
    if (!parked) return parked.error();
    return fold_up_to(*checkpoints, *parked);
  }

 private:
  // Without the events that are parked.
  Status fold_up_to(const std::vector<Checkpoint>& checkpoints, const std::vector<Parked>& parked) {
    std::set<std::pair<Partition, Offset>> without;
    for (const Parked& event : parked) without.emplace(event.partition, event.offset);
    for (const Checkpoint& checkpoint : checkpoints) {
      Offset& next = next_.at(checkpoint.position.partition.value());
      while (next < checkpoint.position.next)
        if (auto status = fold_batch(checkpoint.position, next, without); !status) return status;
    }
    return done();
  }

  Status fold_batch(Position end, Offset& next, const std::set<std::pair<Partition, Offset>>& without) {
    const auto records = log_.read({end.partition, next}, read_bytes);
    if (!records) return records.error();
    for (std::size_t i = 0; i < records->size() && next < end.next; ++i) {
      const Record record = (*records)[i];
      next = record.offset + 1;
      if (without.contains({end.partition, record.offset})) continue;
      const auto event = view_event(parser_, record.document);
      if (!event) return event.error();
      if (auto status = fold_->read(*event); !status) return status;
    }
    if (auto status = fold_->load(session_); !status) return status;
    fold_->apply();
    auto transaction = Transaction::begin(session_, Transaction::Kind::asynchronous);
    if (!transaction) return transaction.error();
    for (const TableWrite& write : fold_->take_writes())
      if (auto status = write_rows(*transaction, write); !status) return status;
    if (auto status = transaction->commit(); !status) return status;
    fold_->settled();
    if (options_.progress)
      options_.progress("folding partition " + std::to_string(end.partition.value()) + " anew", next.value(),
                        end.next.value());
    return done();
  }

  Log& log_;
  Postgres& session_;
  const Projection& model_;
  const VerifyOptions& options_;
  std::string schema_;
  std::unique_ptr<Fold> fold_;
  json::Parser parser_;
  std::vector<Offset> next_;
};

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
  for (const auto [name, value] : *stored.as_object()) {
    std::string a, b;
    json::write(a, value);
    const auto other = fresh->find(name);
    if (other) json::write(b, *other);
    if (a == b) continue;
    Difference difference = place;
    difference.column = name;
    difference.stored = shown(value);
    difference.counted = other ? shown(*other) : "";
    note(differences, std::move(difference));
  }
}

// Rows that differ in anything, as JSON: at most so many that the report stays readable.
Status compare_tables(Postgres& session, const std::string& rows, const std::string& scratch,
                      const std::string& table, std::vector<Difference>& differences) {
  const auto key = key_of_table(session, rows + "." + table);
  if (!key) return key.error();
  const auto differing = session.run(
      "SELECT concat_ws(', ', " + joined(*key, "", ", ") + "), to_jsonb(a), to_jsonb(b) FROM " + rows + "." +
      table + " a FULL JOIN " + scratch + "." + table + " b USING (" + joined(*key, "", ", ") +
      ") WHERE to_jsonb(a) IS DISTINCT FROM to_jsonb(b) LIMIT " + std::to_string(differences_max));
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
      const auto stored = left.parse(differing->text(i, 1));
      const auto counted = right.parse(differing->text(i, 2));
      if (!stored || !counted) return must_stop("verify", "Postgres gave a row that is no JSON");
      compare_documents(*stored, *counted, place, found);
    }
  }
  differences.insert(differences.end(), found.begin(), found.end());
  return done();
}

// Holds the model's checkpoints where they are until the transaction ends: commits wait.
Status hold(Transaction& transaction, const Projection& model) {
  const auto held = transaction.run(
      "SELECT FROM projections.checkpoints WHERE projection = $1 AND version = $2 ORDER BY partition FOR "
      "UPDATE",
      Params{}.text(model.name).integer(model.version));
  return held ? done() : Status{held.error()};
}

// The model's rows against the scratch fold, which first goes the rest of the way while commits wait.
Result<std::vector<Difference>> compare_held(Postgres& holder, const Projection& model, Scratch& scratch) {
  auto held = Transaction::begin(holder, Transaction::Kind::durable);
  if (!held) return held.error();
  if (auto status = hold(*held, model); !status) return status.error();
  if (auto status = scratch.fold_up_to_rows(holder); !status) return status.error();
  const std::string rows = rows_schema(model);
  const auto tables = tables_of(holder, rows);
  if (!tables) return tables.error();
  std::vector<Difference> differences;
  for (const std::string& table : *tables)
    if (auto status = compare_tables(holder, rows, scratch.schema(), table, differences); !status)
      return status.error();
  return differences;
}

}  // namespace

Result<std::vector<Difference>> differences_in_rows(Log& log, const std::string& postgres_address,
                                                    const Projection& model, const VerifyOptions& options) {
  auto holder = Postgres::connect(postgres_address);
  auto worker = Postgres::connect(postgres_address);
  if (!holder) return holder.error();
  if (!worker) return worker.error();
  Scratch scratch(log, *worker, model, options);
  Status status = scratch.make();
  if (status) status = scratch.fold_up_to_rows(*holder);  // most of the way, while the runners go on
  if (!status) return status.error();
  auto differences = compare_held(*holder, model, scratch);
  // Behind the end of the holder's transaction, whose locks on the scratch tables would keep them from going.
  if (auto dropped = scratch.drop(); !dropped && differences) return dropped.error();
  return differences;
}

}  // namespace trunkline
