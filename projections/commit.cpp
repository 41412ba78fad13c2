#include "projections/commit.hpp"

#include <csignal>
#include <cstdlib>

#include "projections/install.hpp"

namespace trunkline {
namespace {

std::string_view name_of(CommitStep step) {
  switch (step) {
    case CommitStep::folded:
      return "folded";
    case CommitStep::begun:
      return "begun";
    case CommitStep::fenced:
      return "fenced";
    case CommitStep::rows_written:
      return "rows_written";
    case CommitStep::committed:
      return "committed";
  }
  return "";
}

Status write_parked(Transaction& transaction, const Projection& projection, const FoldedBatch& batch) {
  for (const Parked& event : batch.taken_up)
    if (auto status = unpark(transaction, projection, event.partition, event.offset); !status) return status;
  for (const Parked& event : batch.parked)
    if (auto status = park(transaction, projection, event); !status) return status;
  return done();
}

}  // namespace

CommitHook crash_from_environment() {
  const char* wanted = std::getenv("TRUNKLINE_CRASH_AT");
  if (wanted == nullptr || *wanted == '\0') return [](CommitStep) { return done(); };
  std::string step = wanted;
  long times = 1;
  if (const auto colon = step.find(':'); colon != std::string::npos) {
    times = std::strtol(step.c_str() + colon + 1, nullptr, 10);
    step.resize(colon);
  }
  return [step, times](CommitStep reached) mutable {
    if (name_of(reached) == step && --times <= 0) (void)std::raise(SIGKILL);
    return done();
  };
}

Committer::Committer(CommitTarget target)
    : target_(std::move(target)), thread_([this](const std::stop_token& stop) { serve(stop); }) {}

Committer::~Committer() = default;

Status Committer::connect() {
  if (session_ && !session_->broken()) return done();
  session_.reset();
  auto session = fold_session(target_.address, *target_.projection);
  if (!session) return session.error();
  session_ = std::move(*session);
  return done();
}

// The checkpoints come first: a stale owner learns it before it has sent a row.
Status Committer::write(const FoldedBatch& batch) {
  auto transaction = Transaction::begin(*session_, Transaction::Kind::asynchronous);
  if (!transaction) return transaction.error();
  if (auto status = target_.hook(CommitStep::begun); !status) return status;
  if (auto status = move_checkpoints(*transaction, *target_.projection, batch.moves); !status) return status;
  if (auto status = target_.hook(CommitStep::fenced); !status) return status;
  if (auto status = write_rows(*transaction, batch.writes); !status) return status;
  if (auto status = write_parked(*transaction, *target_.projection, batch); !status) return status;
  if (auto status = target_.hook(CommitStep::rows_written); !status) return status;
  if (auto status = transaction->commit(); !status) return status;
  return target_.hook(CommitStep::committed);
}

Status Committer::commit(FoldedBatch batch) {
  if (auto status = connect(); !status) return status;
  if (auto status = write(batch); !status) return status;
  if (target_.progress != nullptr)
    for (const Moved& move : batch.moves)
      target_.progress->publish(target_.projection->name, move.to.position);
  return done();
}

void Committer::submit(FoldedBatch batch) {
  const std::lock_guard lock(mutex_);
  submitted_ = std::move(batch);
  under_way_ = true;
  changed_.notify_all();
}

std::optional<Status> Committer::join() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !under_way_; });
  return std::exchange(outcome_, std::nullopt);
}

void Committer::serve(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return submitted_.has_value(); })) {
    FoldedBatch batch = std::move(*submitted_);
    submitted_.reset();
    lock.unlock();
    Status outcome = commit(std::move(batch));
    lock.lock();
    outcome_ = std::move(outcome);
    under_way_ = false;
    changed_.notify_all();
  }
}

}  // namespace trunkline
