// Who folds which partitions of a read model: leases in Postgres, by the database's clock.
//
// Members say that they are alive; one that has not for `ttl` is gone, and so is one whose session with
// Postgres has ended (a killed process is missed at the others' next heartbeat). Its partitions are free.
// Each member takes its fair share: the partitions divided by the living members, rounded up. Every change of
// owner raises the epoch, in the lease and in the checkpoint, in one synchronously committed transaction:
// when claim() returns, no earlier owner can commit any more, and what it committed last is in the checkpoint
// that claim() returns.
//
// Who joins, leaves or gives partitions up tells the others in the same transaction, so that they need not
// wait for their next heartbeat.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "projections/checkpoint.hpp"

namespace trunkline {

struct Member {
  std::string name;  // unique among all processes and threads that fold the model
  std::chrono::milliseconds ttl{10'000};
};

enum class Claim {
  renew,   // stay with the epochs that one has
  afresh,  // raise them also where one is already the owner: a process that starts again under its old name
};

// Says that the member is alive, gives up what is above its share, takes what is free up to it. Errors: the
// session's.
Result<std::vector<Checkpoint>> claim(Postgres& session, const Projection& projection, const Log& log,
                                      const Member& member, Claim kind);

// From now on the session hears of changes among the members.
Status hear_changes(Postgres& session);
// Whether another member has told of one since the last time; never waits.
bool members_changed(Postgres& session, const Projection& projection);

// Leaves at once: the partitions are free for the others.
Status release(Postgres& session, const Projection& projection, const Member& member);

}  // namespace trunkline
