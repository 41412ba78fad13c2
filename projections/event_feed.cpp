#include "projections/event_feed.hpp"

#include <algorithm>

namespace trunkline {
namespace {

constexpr std::size_t kept_bytes_max = 12 << 20;  // of documents; parsed they take about three times as much
constexpr std::size_t kept_max = 64;
constexpr std::uint64_t ahead_max = 8'000;      // events; less than what is kept
constexpr std::uint64_t together_max = 16'000;  // who is further behind travels alone

}  // namespace

std::shared_ptr<const EventBatch> EventFeed::find(Position from) const {
  const auto holds = [from](const Kept& each) {
    return each.from.partition == from.partition && each.from.next <= from.next && from.next < each.end;
  };
  const auto found = std::find_if(kept_.rbegin(), kept_.rend(), holds);
  return found == kept_.rend() ? nullptr : found->events;
}

void EventFeed::keep(Position from, std::shared_ptr<const EventBatch> events) {
  kept_bytes_ += events->bytes();
  const Offset end = events->offset(events->size() - 1) + 1;
  kept_.push_back({from, end, std::move(events)});
  while (kept_.size() > 1 && (kept_.size() > kept_max || kept_bytes_ > kept_bytes_max)) {
    kept_bytes_ -= kept_.front().events->bytes();
    kept_.pop_front();
  }
}

Result<std::shared_ptr<const EventBatch>> EventFeed::read(Position from, std::size_t bytes_max) {
  std::unique_lock lock(mutex_);
  read_.wait(lock, [&] { return !being_read_.contains(from); });
  if (auto known = find(from)) return known;
  being_read_.insert(from);
  lock.unlock();
  auto events = read_log(from, bytes_max);
  lock.lock();
  being_read_.erase(from);
  if (events && *events) keep(from, *events);
  read_.notify_all();
  return events;
}

Result<std::shared_ptr<const EventBatch>> EventFeed::read_log(Position from, std::size_t bytes_max) {
  const auto records = log_.read(from, bytes_max);
  if (!records) return records.error();
  if (records->empty()) return std::shared_ptr<const EventBatch>{};
  std::unique_ptr<json::Parser> parser;
  {
    const std::lock_guard lock(mutex_);
    if (!parsers_.empty()) {
      parser = std::move(parsers_.back());
      parsers_.pop_back();
    }
  }
  if (!parser) parser = std::make_unique<json::Parser>(EventBatch::depth_max);
  auto events = std::make_shared<const EventBatch>(*records, *parser);
  const std::lock_guard lock(mutex_);
  parsers_.push_back(std::move(parser));
  return std::shared_ptr<const EventBatch>{std::move(events)};
}

EventFeed::Journey::Journey(EventFeed& feed) : feed_(feed) {
  const std::lock_guard lock(feed_.mutex_);
  place_ = feed_.journeys_.insert(feed_.journeys_.end(), 0);
}

EventFeed::Journey::~Journey() {
  const std::lock_guard lock(feed_.mutex_);
  feed_.journeys_.erase(place_);
  feed_.moved_.notify_all();
  if (!feed_.journeys_.empty()) return;
  feed_.kept_.clear();
  feed_.kept_bytes_ = 0;
}

void EventFeed::Journey::passed(std::uint64_t events) {
  std::unique_lock lock(feed_.mutex_);
  *place_ = events;
  feed_.moved_.notify_all();
  const auto close_behind = [events](std::uint64_t other) {
    return other + ahead_max < events && events <= other + together_max;
  };
  feed_.moved_.wait_for(lock, feed_.patience_, [&] {
    return std::none_of(feed_.journeys_.begin(), feed_.journeys_.end(), close_behind);
  });
}

}  // namespace trunkline
