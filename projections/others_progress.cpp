#include "projections/others_progress.hpp"

#include <thread>

namespace trunkline {
namespace {

using Steady = std::chrono::steady_clock;

// A look-up costs some 0.2 ms of CPU time; what is waited for too long by this is half of it.
constexpr auto look_every = std::chrono::milliseconds{3};

Result<Rows> live_checkpoints(PostgresPool& pool) {
  auto session = pool.borrow();
  if (!session) return session.error();
  return (*session)->run(
      "SELECT c.projection, c.partition, c.next_offset FROM projections.checkpoints c"
      " LEFT JOIN projections.versions v ON v.projection = c.projection AND v.state = 'live'"
      " WHERE c.version = coalesce(v.version, c.version)");
}

}  // namespace

Result<bool> OthersProgress::wait_until(std::string_view projection, Position wanted, Deadline deadline) {
  std::unique_lock lock(mutex_);
  bool current = looked_at_ + look_every > Steady::now();
  while (true) {
    if (current && failure_) return *failure_;
    if (current && reached(projection, wanted)) return true;
    if (current && Steady::now() >= deadline) return false;
    if (looking_)
      looked_.wait(lock, [this] { return !looking_; });
    else
      look(lock, deadline);
    current = true;
  }
}

bool OthersProgress::reached(std::string_view projection, Position wanted) const {
  const auto found = committed_.find({std::string{projection}, wanted.partition});
  return found != committed_.end() && found->second >= wanted.next;
}

void OthersProgress::look(std::unique_lock<std::mutex>& lock, Deadline deadline) {
  looking_ = true;
  const Deadline next = std::min(looked_at_ + look_every, deadline);
  lock.unlock();
  std::this_thread::sleep_until(next);
  const auto found = live_checkpoints(pool_);
  lock.lock();
  looking_ = false;
  looked_at_ = Steady::now();
  failure_ = found ? std::nullopt : std::optional{found.error()};
  committed_.clear();
  for (std::size_t i = 0; found && i < found->size(); ++i)
    committed_.insert_or_assign(
        Place{std::string{found->text(i, 0)}, Partition{static_cast<std::uint32_t>(found->integer(i, 1))}},
        Offset{static_cast<std::uint64_t>(found->integer(i, 2))});
  looked_.notify_all();
}

}  // namespace trunkline
