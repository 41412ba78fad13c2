#include "projections/checkpoint.hpp"

#include "projections/bookkeeping.sql.hpp"

namespace trunkline {
namespace {

std::int64_t number(Partition partition) {
  return partition.value();
}

std::int64_t number(Offset offset) {
  return static_cast<std::int64_t>(offset.value());
}

// $1, $2: every statement here begins with them.
Params of(const Projection& projection) {
  return Params{}.text(projection.name).integer(projection.version);
}

Status status_of(const Result<Rows>& rows) {
  return rows ? done() : Status{rows.error()};
}

std::string place(const Checkpoint& checkpoint) {
  return "partition " + std::to_string(checkpoint.position.partition.value()) + ", offset " +
         std::to_string(checkpoint.position.next.value());
}

Result<std::vector<Parked>> parked_where(Postgres& session, const Projection& projection,
                                         const std::string& condition) {
  const auto rows = session.run(
      "SELECT partition, journal_offset, reason, dropped_at IS NOT NULL FROM projections.parked WHERE "
      "projection = $1 AND version = "
      "$2 " +
          condition + "ORDER BY partition, journal_offset",
      of(projection));
  if (!rows) return rows.error();
  std::vector<Parked> parked;
  for (std::size_t i = 0; i < rows->size(); ++i)
    parked.push_back({Partition{static_cast<std::uint32_t>(rows->integer(i, 0))},
                      Offset{static_cast<std::uint64_t>(rows->integer(i, 1))}, std::string{rows->text(i, 2)},
                      rows->text(i, 3) == "t" ? Parked::State::dropped : Parked::State::waiting});
  return parked;
}

}  // namespace

Status install_bookkeeping(Postgres& session) {
  return session.script(sql::bookkeeping);
}

Result<std::vector<Checkpoint>> read_checkpoints(Postgres& session, const Projection& projection) {
  const auto rows = session.run(
      "SELECT partition, next_offset, epoch, count, digest, last_hash, journal FROM projections.checkpoints "
      "WHERE projection = $1 AND version = $2 ORDER BY partition",
      of(projection));
  if (!rows) return rows.error();
  std::vector<Checkpoint> checkpoints;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto sum = Digest::from_bytes(rows->bytes(i, 4));
    const auto last = Digest::from_bytes(rows->bytes(i, 5));
    if (!sum || !last) return must_stop("checkpoint", "a checkpoint's digest has not 16 bytes");
    checkpoints.push_back({{Partition{static_cast<std::uint32_t>(rows->integer(i, 0))},
                            Offset{static_cast<std::uint64_t>(rows->integer(i, 1))}},
                           rows->integer(i, 2),
                           {static_cast<std::uint64_t>(rows->integer(i, 3)), *sum, *last},
                           JournalId{std::string{rows->text(i, 6)}}});
  }
  return checkpoints;
}

// A batch's moves in one statement: a live one moves many partitions by a little.
Status move_checkpoints(Transaction& transaction, const Projection& projection,
                        std::span<const Moved> moves) {
  if (moves.empty()) return done();
  std::vector<std::int64_t> partitions, before, epochs, after, counts;
  std::vector<std::string> sums, last;
  for (const auto& [from, to] : moves) {
    partitions.push_back(number(from.position.partition));
    before.push_back(number(from.position.next));
    epochs.push_back(from.epoch);
    after.push_back(number(to.position.next));
    counts.push_back(static_cast<std::int64_t>(to.tally.count));
    sums.push_back(to.tally.sum.bytes());
    last.push_back(to.tally.last.bytes());
  }
  Params params = of(projection);
  params.text(moves.front().from.journal.value()).integers(partitions).integers(before).integers(epochs);
  params.integers(after).integers(counts).bytes_list(sums).bytes_list(last);
  const auto moved = transaction.run(
      "UPDATE projections.checkpoints c SET next_offset = m.next, count = m.count, digest = m.digest, "
      "last_hash = m.last, moved_at = clock_timestamp() FROM unnest($4::integer[], $5::bigint[], "
      "$6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[], $10::bytea[]) "
      "AS m(partition, before, epoch, next, count, digest, last) WHERE c.projection = $1 AND c.version = $2 "
      "AND c.journal = $3 AND c.partition = m.partition AND c.next_offset = m.before AND c.epoch = m.epoch",
      params);
  if (!moved) return moved.error();
  if (moved->affected() == moves.size()) return done();
  return try_again("fenced", "another owner has moved or claimed one of " + std::to_string(moves.size()) +
                                 " checkpoints, the first of them " + place(moves.front().from));
}

Status park(Transaction& transaction, const Projection& projection, const Parked& event) {
  return status_of(transaction.run(
      "INSERT INTO projections.parked (projection, version, partition, journal_offset, reason, at) "
      "VALUES ($1, $2, $3, $4, $5, clock_timestamp()) ON CONFLICT (projection, version, partition, "
      "journal_offset) "
      "DO UPDATE SET reason = excluded.reason, at = excluded.at, retry_requested = false",
      of(projection).integer(number(event.partition)).integer(number(event.offset)).text(event.reason)));
}

Status unpark(Transaction& transaction, const Projection& projection, Partition partition, Offset offset) {
  return status_of(transaction.run(
      "DELETE FROM projections.parked WHERE projection = $1 AND version = $2 AND partition = $3 "
      "AND journal_offset = $4",
      of(projection).integer(number(partition)).integer(number(offset))));
}

Result<std::vector<Parked>> read_parked(Postgres& session, const Projection& projection) {
  return parked_where(session, projection, "");
}

Result<std::vector<Parked>> read_retries(Postgres& session, const Projection& projection) {
  return parked_where(session, projection, "AND retry_requested ");
}

Status request_retry(Postgres& session, const Projection& projection, Partition partition, Offset offset) {
  const auto rows = session.run(
      "UPDATE projections.parked SET retry_requested = true WHERE projection = $1 AND version = $2 "
      "AND partition = $3 AND journal_offset = $4 AND dropped_at IS NULL",
      of(projection).integer(number(partition)).integer(number(offset)));
  if (!rows) return rows.error();
  return rows->affected() == 1 ? done() : Status{rejected("not_parked", "no such event is parked")};
}

Status drop_parked(Postgres& session, const Projection& projection, Partition partition, Offset offset) {
  const auto rows = session.run(
      "UPDATE projections.parked SET dropped_at = clock_timestamp(), retry_requested = false "
      "WHERE projection = $1 AND version = $2 AND partition = $3 AND journal_offset = $4 AND dropped_at IS "
      "NULL",
      of(projection).integer(number(partition)).integer(number(offset)));
  if (!rows) return rows.error();
  return rows->affected() == 1 ? done() : Status{rejected("not_parked", "no such event is parked")};
}

Status check_resume(Log& log, const Checkpoint& checkpoint) {
  if (checkpoint.journal != log.id())
    return must_stop("foreign_journal", "the checkpoint of " + place(checkpoint) + " belongs to journal " +
                                            checkpoint.journal.value() + ", this one is " + log.id().value());
  const std::uint64_t next = checkpoint.position.next.value();
  const std::uint64_t end = log.ends()[checkpoint.position.partition.value()].next.value();
  if (next > end)
    return must_stop("beyond_end", "the checkpoint of " + place(checkpoint) +
                                       " lies beyond the journal's end, " + std::to_string(end) +
                                       ": the journal has lost records that are in the rows");
  if (next == 0) return done();
  const auto last = log.read({checkpoint.position.partition, Offset{next - 1}}, 1);
  if (!last) return last.error();
  if (!last->empty() && digest_of((*last)[0].document) == checkpoint.tally.last) return done();
  return must_stop("changed_record", "the last record before the checkpoint of " + place(checkpoint) +
                                         " is not the one that was folded: this is another journal");
}

}  // namespace trunkline
