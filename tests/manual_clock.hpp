// A clock that stands still until a test moves it, forwards or back. Any thread.
#pragma once
#include <atomic>

#include "core/clock.hpp"

namespace trunkline {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = from_micros(1'763'000'000'000'000)) : micros_(to_micros(start)) {}
  Time now() const override { return from_micros(micros_); }
  void move(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_;
};

}  // namespace trunkline
