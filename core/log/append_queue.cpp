#include "core/log/append_queue.hpp"

#include <iterator>

namespace trunkline {

bool AppendQueue::push(const SharedAppendCall& call) {
  std::unique_lock lock(mutex_);
  emptied_.wait(lock, [&] { return closed_ || calls_.empty() || bytes_ + call->bytes <= bytes_max_; });
  if (closed_) return false;
  calls_.push_back(call);
  bytes_ += call->bytes;
  if (calls_.size() == 1) filled_.notify_one();
  return true;
}

std::vector<SharedAppendCall> AppendQueue::take(std::size_t bytes_max) {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [&] { return closed_ || !calls_.empty(); });
  std::size_t bytes = 0;
  auto end = calls_.begin();
  while (end != calls_.end() && (end == calls_.begin() || bytes + (*end)->bytes <= bytes_max))
    bytes += (*end++)->bytes;
  std::vector<SharedAppendCall> taken(std::make_move_iterator(calls_.begin()), std::make_move_iterator(end));
  calls_.erase(calls_.begin(), end);
  bytes_ -= bytes;
  emptied_.notify_all();
  return taken;
}

void AppendQueue::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  filled_.notify_all();
  emptied_.notify_all();
}

}  // namespace trunkline
