// What a lead was: its own events up to a moment, folded on the spot by the model's own fold into temporary
// tables, which the same queries then read. Nothing of it stays.
#include "core/history/reader.hpp"
#include "projections/install.hpp"
#include "projections/lead_history.hpp"
#include "projections/query.hpp"
#include "projections/versions.hpp"

namespace trunkline {
namespace {

// A position, or a time by which everything had come in that counts.
Result<Position> moment_of(Log& log, Partition partition, const std::string& as_of) {
  const Position end = log.ends()[partition.value()];
  if (const auto time = parse_time(as_of)) {
    const auto behind = log.position_at(partition, *time + std::chrono::microseconds{1});
    return behind ? Position{partition, std::min(behind->next, end.next)} : behind;
  }
  const auto position = parse_position(as_of, log.id(), log.partitions());
  if (!position) return rejected("query", "as_of: a time (RFC 3339) or a position, as an answer gives it");
  if (position->partition != partition || position->next > end.next)
    return rejected("query", "as_of: a position that this tenant's history does not have");
  return *position;
}

// One batch, however long: nothing is fetched, for there is nothing yet.
Status fold_records(Log& log, Partition partition, std::span<const Offset> offsets, Fold& fold,
                    Postgres& session, Transaction& transaction) {
  json::Parser parser;
  const auto read = read_records(log, partition, offsets, [&](const Record& record) -> Result<bool> {
    // What the fold refuses is parked in the live model as well, and in no row.
    if (const auto event = view_event(parser, record.document)) (void)fold.read(*event);
    return true;
  });
  if (!read) return read;
  if (auto loaded = fold.load(session); !loaded) return loaded;
  fold.apply();
  return write_rows(transaction, fold.take_writes());
}

// Other models take part as they are now.
Snapshot::Renamed renamed_for_past(Postgres& session, const Projection& past) {
  Snapshot::Renamed renamed{{rows_schema(past) + ".", "pg_temp."}};
  for (const Projection& other : projections()) {
    if (other.name == past.name) continue;
    const auto live = live_version(session, other);
    if (live && live->version != other.version)
      renamed.emplace_back(rows_schema(other) + ".", rows_schema(*live) + ".");
  }
  return renamed;
}

}  // namespace

Result<Snapshot> Snapshot::of_past(const QueryContext& context, const http::Request& request,
                                   const Projection& projection, const Token& about) {
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  const auto as_of = request.query.text("as_of", 64);
  if (!as_of) return as_of.error();
  if (request.query.has("min_position")) return rejected("query", "min_position: not beside as_of");
  if (context.history == nullptr) return rejected("query", "as_of: this process keeps no history");
  const auto end =
      moment_of(context.log, partition_of(*tenant, context.log.partitions()), as_of->value_or(""));
  if (!end) return end.error();
  const auto offsets = events_of_lead(context.log, *context.history, *tenant, about, *end);
  if (!offsets) return offsets.error();
  auto session = context.pool.borrow();
  if (!session) return session.error();
  auto renamed = renamed_for_past(**session, projection);
  auto transaction = Transaction::begin(**session, Transaction::Kind::asynchronous);
  if (!transaction) return transaction.error();
  const std::string tables = "SET LOCAL search_path = pg_temp; " + std::string{projection.tables_sql};
  if (auto made = (*session)->script(tables); !made) return made.error();
  FoldSettings settings;
  settings.keys = &context.keys;
  const auto fold = projection.make_fold(settings);
  fold->begins_empty();
  if (auto folded = fold_records(context.log, end->partition, *offsets, *fold, **session, *transaction);
      !folded)
    return folded.error();
  return Snapshot(std::move(*session), std::move(*transaction), *tenant,
                  position_text(context.log.id(), *end), std::move(renamed));
}

}  // namespace trunkline
