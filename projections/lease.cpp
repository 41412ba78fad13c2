#include "projections/lease.hpp"

#include <algorithm>

namespace trunkline {
namespace {

constexpr const char* channel = "trunkline_members";

std::string word_for(const Projection& projection) {
  return std::string{projection.name} + " " + std::to_string(projection.version);
}

// The statements of one claim, in one transaction; after a failed one the others do nothing.
class Claiming {
 public:
  Claiming(Transaction& transaction, const Projection& projection, const Member& member)
      : transaction_(transaction), projection_(projection), member_(member) {}

  Params model() const { return Params{}.text(projection_.name).integer(projection_.version); }
  Params mine() const { return model().text(member_.name); }

  void tell_the_others() {
    step("SELECT pg_notify($1, $2)", Params{}.text(channel).text(word_for(projection_)));
  }

  Claiming& step(std::string_view sql, const Params& params) {
    (void)number(sql, params);
    return *this;
  }

  Result<std::int64_t> number(std::string_view sql, const Params& params) {
    if (!status_) return status_.error();
    const auto rows = transaction_.run(sql, params);
    if (rows) return rows->size() == 0 ? 0 : rows->integer(0, 0);
    status_ = rows.error();
    return rows.error();
  }

  const Status& status() const { return status_; }

 private:
  Transaction& transaction_;
  const Projection& projection_;
  const Member& member_;
  Status status_ = done();
};

constexpr std::string_view take_turns =
    "SELECT pg_advisory_xact_lock(hashtext('trunkline.lease'), hashtext($1 || $2))";
constexpr std::string_view say_alive =
    "INSERT INTO projections.members AS m (projection, version, member, heartbeat, backend, backend_start) "
    "SELECT $1, $2, $3, clock_timestamp(), pid, backend_start FROM pg_stat_activity "
    "WHERE pid = pg_backend_pid() ON CONFLICT (projection, version, member) DO UPDATE SET "
    "heartbeat = excluded.heartbeat, backend = excluded.backend, backend_start = excluded.backend_start "
    "RETURNING (m.xmax = 0)::integer";  // 1: it has just joined
constexpr std::string_view forget_the_gone =
    "DELETE FROM projections.members m WHERE projection = $1 AND version = $2 AND member <> $3 "
    "AND (heartbeat < clock_timestamp() - $4::bigint * interval '1 millisecond' OR NOT EXISTS "
    "(SELECT FROM pg_stat_activity a WHERE a.pid = m.backend AND a.backend_start = m.backend_start))";
constexpr std::string_view free_what_is_theirs =
    "UPDATE projections.leases l SET owner = NULL WHERE projection = $1 AND version = $2 AND owner <> $3 "
    "AND NOT EXISTS (SELECT FROM projections.members m WHERE m.projection = $1 AND m.version = $2 "
    "                AND m.member = l.owner)";
constexpr std::string_view know_every_partition =
    "INSERT INTO projections.leases (projection, version, partition, owner, epoch) "
    "SELECT $1, $2, p, NULL, 0 FROM generate_series(0, $3::integer - 1) p ON CONFLICT DO NOTHING";
constexpr std::string_view count_members =
    "SELECT count(*) FROM projections.members WHERE projection = $1 AND version = $2";
constexpr std::string_view give_up_surplus =
    "WITH given_up AS (UPDATE projections.leases SET owner = NULL WHERE projection = $1 AND version = $2 AND "
    "partition IN (SELECT partition FROM projections.leases WHERE projection = $1 AND version = $2 "
    "AND owner = $3 ORDER BY partition OFFSET $4) RETURNING 1) SELECT count(*) FROM given_up";
constexpr std::string_view raise_own =
    "UPDATE projections.leases SET epoch = epoch + 1 WHERE projection = $1 AND version = $2 AND owner = $3";
constexpr std::string_view take_free =
    "UPDATE projections.leases SET owner = $3, epoch = epoch + 1 WHERE projection = $1 AND version = $2 "
    "AND partition IN (SELECT partition FROM projections.leases WHERE projection = $1 AND version = $2 "
    "AND owner IS NULL ORDER BY partition LIMIT (SELECT greatest(0, $4 - count(*)) FROM projections.leases "
    "WHERE projection = $1 AND version = $2 AND owner = $3))";
// Waits for a commit of the earlier owner that is under way, and then shuts it out.
constexpr std::string_view fence =
    "INSERT INTO projections.checkpoints AS c (projection, version, partition, journal, next_offset, epoch, "
    "count, "
    "digest, last_hash, moved_at) SELECT $1, $2, partition, $4, 0, epoch, 0, "
    "'\\x00000000000000000000000000000000', "
    "'\\x00000000000000000000000000000000', clock_timestamp() FROM projections.leases WHERE projection = $1 "
    "AND version = $2 AND owner = $3 ORDER BY partition ON CONFLICT (projection, version, partition) "
    "DO UPDATE SET epoch = excluded.epoch WHERE c.epoch <> excluded.epoch";

Result<std::vector<std::int64_t>> owned_epochs(Postgres& session, const Projection& projection,
                                               const Member& member, std::uint32_t partitions) {
  const auto rows = session.run(
      "SELECT partition, epoch FROM projections.leases WHERE projection = $1 AND version = $2 AND owner = $3",
      Params{}.text(projection.name).integer(projection.version).text(member.name));
  if (!rows) return rows.error();
  std::vector<std::int64_t> epochs(partitions, -1);
  for (std::size_t i = 0; i < rows->size(); ++i)
    if (const auto at = static_cast<std::size_t>(rows->integer(i, 0)); at < epochs.size())
      epochs[at] = rows->integer(i, 1);
  return epochs;
}

}  // namespace

Result<std::vector<Checkpoint>> claim(Postgres& session, const Projection& projection, const Log& log,
                                      const Member& member, Claim kind) {
  auto transaction = Transaction::begin(session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  Claiming claiming(*transaction, projection, member);
  claiming.step(take_turns, claiming.model());
  const auto joined = claiming.number(say_alive, claiming.mine());
  claiming.step(forget_the_gone, claiming.mine().integer(member.ttl.count()));
  claiming.step(free_what_is_theirs, claiming.mine());
  claiming.step(know_every_partition, claiming.model().integer(log.partitions()));
  const auto members = claiming.number(count_members, claiming.model());
  if (!members) return members.error();
  const std::int64_t share = (log.partitions() + *members - 1) / *members;
  const auto given_up = claiming.number(give_up_surplus, claiming.mine().integer(share));
  if (joined && given_up && *joined + *given_up > 0) claiming.tell_the_others();
  if (kind == Claim::afresh) claiming.step(raise_own, claiming.mine());
  claiming.step(take_free, claiming.mine().integer(share));
  claiming.step(fence, claiming.mine().text(log.id().value()));
  if (!claiming.status()) return claiming.status().error();
  const auto epochs = owned_epochs(session, projection, member, log.partitions());
  auto checkpoints = read_checkpoints(session, projection);
  if (!epochs) return epochs.error();
  if (!checkpoints) return checkpoints.error();
  if (auto status = transaction->commit(); !status) return status.error();
  std::erase_if(*checkpoints, [&epochs](const Checkpoint& checkpoint) {
    const auto at = checkpoint.position.partition.value();
    return at >= epochs->size() || (*epochs)[at] != checkpoint.epoch;
  });
  return checkpoints;
}

Status hear_changes(Postgres& session) {
  return session.listen(channel);
}

bool members_changed(Postgres& session, const Projection& projection) {
  return std::ranges::count(session.heard(), word_for(projection)) > 0;
}

Status release(Postgres& session, const Projection& projection, const Member& member) {
  auto transaction = Transaction::begin(session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  Claiming claiming(*transaction, projection, member);
  claiming.step(
      "UPDATE projections.leases SET owner = NULL WHERE projection = $1 AND version = $2 AND owner = $3",
      claiming.mine());
  claiming.step("DELETE FROM projections.members WHERE projection = $1 AND version = $2 AND member = $3",
                claiming.mine());
  claiming.tell_the_others();
  if (!claiming.status()) return claiming.status();
  return transaction->commit();
}

}  // namespace trunkline
