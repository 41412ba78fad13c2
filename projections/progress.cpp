#include "projections/progress.hpp"

namespace trunkline {

void Progress::publish(std::string_view projection, Position committed) {
  const std::lock_guard lock(mutex_);
  State& state = states_[std::string{projection}];
  state.committed[committed.partition] = committed.next;
  state.why_stopped.reset();
  moved_.notify_all();
}

void Progress::left(std::string_view projection, Partition partition) {
  const std::lock_guard lock(mutex_);
  states_[std::string{projection}].committed.erase(partition);
  ++departures_;
  moved_.notify_all();
}

void Progress::stopped(std::string_view projection, Error why) {
  const std::lock_guard lock(mutex_);
  states_[std::string{projection}].why_stopped = std::move(why);
  moved_.notify_all();
}

bool Progress::wait_until(std::string_view projection, Position wanted, Deadline deadline) const {
  std::unique_lock lock(mutex_);
  const auto there = [&] {
    const State* state = find(projection);
    if (state == nullptr) return false;
    const auto at = state->committed.find(wanted.partition);
    return at != state->committed.end() && at->second >= wanted.next;
  };
  const std::uint64_t departures = departures_;
  const auto hopeless = [&] {
    const State* state = find(projection);
    return (state != nullptr && state->why_stopped.has_value()) || departures_ != departures;
  };
  moved_.wait_until(lock, deadline, [&] { return there() || hopeless(); });
  return there();
}

std::optional<Position> Progress::committed(std::string_view projection, Partition partition) const {
  const std::lock_guard lock(mutex_);
  const State* state = find(projection);
  if (state == nullptr) return std::nullopt;
  const auto at = state->committed.find(partition);
  if (at == state->committed.end()) return std::nullopt;
  return Position{partition, at->second};
}

std::optional<Error> Progress::why_stopped(std::string_view projection) const {
  const std::lock_guard lock(mutex_);
  const State* state = find(projection);
  return state == nullptr ? std::nullopt : state->why_stopped;
}

const Progress::State* Progress::find(std::string_view projection) const {
  const auto at = states_.find(projection);
  return at == states_.end() ? nullptr : &at->second;
}

}  // namespace trunkline
