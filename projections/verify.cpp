#include "projections/verify.hpp"

#include <algorithm>

#include "projections/install.hpp"
#include "projections/verify_deep.hpp"
#include "projections/verify_journal.hpp"
#include "projections/versions.hpp"

namespace trunkline {
namespace {

void add(VerifyReport& report, const Projection& model, std::vector<Difference> differences) {
  for (Difference& difference : differences)
    report.findings.push_back({std::string{model.name}, std::move(difference)});
}

struct Snapshot {
  const Projection* model;
  std::vector<Checkpoint> checkpoints;
};

// Checkpoints and aggregates of one model, from one snapshot.
Status read_model(const std::string& address, const Projection& model, Snapshot& snapshot,
                  VerifyReport& report) {
  auto session = Postgres::connect(address);
  if (!session) return session.error();
  if (auto status = use_schema(*session, rows_schema(model)); !status) return status;
  auto transaction = Transaction::begin(*session, Transaction::Kind::snapshot);
  if (!transaction) return transaction.error();
  const auto there =
      transaction->run("SELECT to_regnamespace($1) IS NOT NULL", Params{}.text(rows_schema(model)));
  if (!there) return there.error();
  if (there->text(0, 0) != "t")
    return rejected("not_installed", std::string{model.name} + " has no tables here");
  auto checkpoints = read_checkpoints(*session, model);
  if (!checkpoints) return checkpoints.error();
  const auto parked = read_parked(*session, model);
  if (!parked) return parked.error();
  report.parked +=
      static_cast<std::uint64_t>(std::count_if(parked->begin(), parked->end(), [](const Parked& event) {
        return event.state == Parked::State::waiting;
      }));
  snapshot = {&model, std::move(*checkpoints)};
  if (model.recount == nullptr) return done();
  auto differences = model.recount(*session);
  if (!differences) return differences.error();
  add(report, model, std::move(*differences));
  return done();
}

// The journal up to every checkpoint that lies within it.
Status recount_journal(Log& log, const std::vector<Snapshot>& snapshots, const VerifyOptions& options,
                       VerifyReport& report) {
  JournalRecount journal(log, options);
  for (const Snapshot& snapshot : snapshots)
    for (const Checkpoint& checkpoint : snapshot.checkpoints)
      if (differences_in_place(log, checkpoint).empty()) journal.want(checkpoint.position);
  if (auto status = journal.count(); !status) return status;
  report.records = journal.records();
  for (const Snapshot& snapshot : snapshots)
    for (const Checkpoint& checkpoint : snapshot.checkpoints) {
      auto differences = differences_in_place(log, checkpoint);
      if (differences.empty())
        differences = differences_in_tally(checkpoint, journal.at(checkpoint.position));
      add(report, *snapshot.model, std::move(differences));
    }
  return done();
}

bool in_place(const Log& log, const Snapshot& snapshot) {
  for (const Checkpoint& checkpoint : snapshot.checkpoints)
    if (!differences_in_place(log, checkpoint).empty()) return false;
  return true;
}

}  // namespace

std::string Finding::text() const {
  const Difference& d = difference;
  return model + ": " + d.table + " (" + d.key + ")" + (d.column.empty() ? "" : "." + d.column) + " is " +
         d.stored + ", counted " + d.counted;
}

namespace {

// Where versions were noted (versions.hpp), the live one of each model.
Result<std::vector<Projection>> live_ones(const std::string& address, std::span<const Projection> models) {
  auto session = Postgres::connect(address);
  if (!session) return session.error();
  if (auto status = install_bookkeeping(*session); !status) return status.error();
  std::vector<Projection> live;
  for (const Projection& model : models) {
    auto found = live_version(*session, model);
    if (!found && found.error().code != "not_installed") return found.error();
    live.push_back(found ? *found : model);
  }
  return live;
}

}  // namespace

Result<VerifyReport> verify(Log& log, const std::string& postgres_address, std::span<const Projection> listed,
                            const VerifyOptions& options) {
  VerifyReport report;
  const auto found = live_ones(postgres_address, listed);
  if (!found) return found.error();
  const std::span<const Projection> models{*found};
  std::vector<Snapshot> snapshots(models.size());
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (options.progress) options.progress("recounting " + std::string{models[i].name}, i, models.size());
    if (auto status = read_model(postgres_address, models[i], snapshots[i], report); !status)
      return status.error();
  }
  if (auto status = recount_journal(log, snapshots, options, report); !status) return status.error();
  if (options.depth == Depth::plain) return report;
  for (const Snapshot& snapshot : snapshots) {
    if (!in_place(log, snapshot)) continue;  // named already; there is nothing to fold up to
    auto differences = differences_in_rows(log, postgres_address, *snapshot.model, options);
    if (!differences) return differences.error();
    add(report, *snapshot.model, std::move(*differences));
  }
  return report;
}

}  // namespace trunkline
