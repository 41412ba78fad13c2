#include "projections/verify_deep.hpp"

#include "projections/compare_rows.hpp"
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
    fold_->begins_empty();
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
    if (auto status = write_rows(*transaction, fold_->take_writes()); !status) return status;
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
  return compare_rows(holder, rows_schema(model), scratch.schema());
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
