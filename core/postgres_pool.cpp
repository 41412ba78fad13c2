#include <condition_variable>
#include <mutex>

#include "core/postgres.hpp"

namespace trunkline {
namespace {

constexpr std::chrono::seconds patience{2};

// Statements are planned once for whatever parameters: planning a question about one lead costs more than
// answering it, and every table is reached by its tenant.
Result<Postgres> connect_for_questions(const std::string& address) {
  auto session = Postgres::connect(address);
  if (!session) return session;
  if (auto status = session->script("SET plan_cache_mode = force_generic_plan"); !status)
    return status.error();
  return session;
}

}  // namespace

struct PostgresPool::Impl {
  std::string address;
  std::size_t most;
  std::mutex mutex;
  std::condition_variable came_back;
  std::vector<Postgres> idle;
  std::size_t out = 0;  // lent, or being connected

  void give_back(std::optional<Postgres> session) {
    const std::lock_guard lock(mutex);
    --out;
    if (session && !session->broken())
      idle.push_back(std::move(*session));
    else
      idle.clear();  // Postgres has restarted, or the way to it was cut: the others are broken as well
    came_back.notify_one();
  }
};

PostgresPool::PostgresPool(std::string address, std::size_t most) : impl_(std::make_shared<Impl>()) {
  impl_->address = std::move(address);
  impl_->most = most;
}

PostgresPool::~PostgresPool() = default;

const std::string& PostgresPool::address() const {
  return impl_->address;
}

Result<PostgresPool::Lease> PostgresPool::borrow() {
  {
    std::unique_lock lock(impl_->mutex);
    const bool free = impl_->came_back.wait_for(
        lock, patience, [this] { return !impl_->idle.empty() || impl_->out < impl_->most; });
    if (!free) return try_again("busy", "every session with Postgres is in use");
    ++impl_->out;
    if (!impl_->idle.empty()) {
      Lease lease(impl_, std::move(impl_->idle.back()));
      impl_->idle.pop_back();
      return lease;
    }
  }
  auto session = connect_for_questions(impl_->address);
  if (!session) {
    impl_->give_back(std::nullopt);
    return session.error();
  }
  return Lease(impl_, std::move(*session));
}

PostgresPool::Lease::Lease(std::shared_ptr<Impl> pool, Postgres session)
    : pool_(std::move(pool)), session_(std::move(session)) {}

PostgresPool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::move(other.pool_)), session_(std::exchange(other.session_, std::nullopt)) {}

PostgresPool::Lease::~Lease() {
  if (session_) pool_->give_back(std::move(session_));
}

Postgres& PostgresPool::Lease::operator*() {
  return *session_;
}

Postgres* PostgresPool::Lease::operator->() {
  return &*session_;
}

}  // namespace trunkline
