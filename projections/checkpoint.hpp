// How far a read model has come in one partition: in the same Postgres as its rows, moved in the same
// transaction.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/digest.hpp"
#include "core/log/log.hpp"
#include "core/postgres.hpp"
#include "projections/projection.hpp"

namespace trunkline {

struct Checkpoint {
  Position position;
  std::int64_t epoch = 0;
  Tally tally;  // of everything before the position
  JournalId journal;

  bool operator==(const Checkpoint&) const = default;
};

// An event that was set aside. The reason names a code and a place, never a value.
struct Parked {
  enum class State { waiting, dropped };
  Partition partition;
  Offset offset;
  std::string reason;
  State state = State::waiting;
};

// Makes schema `projections` with its tables; safe to repeat.
Status install_bookkeeping(Postgres& session);

// Every partition's, in order; those never claimed are missing.
Result<std::vector<Checkpoint>> read_checkpoints(Postgres& session, const Projection& projection);

struct Moved {
  Checkpoint from;
  Checkpoint to;
};

// Of different partitions of one journal, inside the transaction that writes the rows. Error "fenced" (retry)
// when somebody else has moved one of them or owns it now: the caller must roll back, drop what it knows and
// claim again.
Status move_checkpoints(Transaction& transaction, const Projection& projection, std::span<const Moved> moves);

Status park(Transaction& transaction, const Projection& projection, const Parked& event);
Status unpark(Transaction& transaction, const Projection& projection, Partition partition, Offset offset);
Result<std::vector<Parked>> read_parked(Postgres& session, const Projection& projection);  // dropped ones too
Result<std::vector<Parked>> read_retries(Postgres& session, const Projection& projection);  // those asked for
// The next owner of the partition to look takes the event up again.
Status request_retry(Postgres& session, const Projection& projection, Partition partition, Offset offset);
// It is in no row, for ever. Both: reject "not_parked".
Status drop_parked(Postgres& session, const Projection& projection, Partition partition, Offset offset);

// A checkpoint may be gone on from only in the journal that it was made with: same identity, not beyond the
// end, and the last record folded is still what it was. Errors: stop "foreign_journal", "beyond_end",
// "changed_record".
Status check_resume(Log& log, const Checkpoint& checkpoint);

}  // namespace trunkline
