// Time as data: UTC microseconds, and the one port through which anybody asks what time it is now.
// Folds never do; doors, leases and the journal's appender do.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trunkline {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

// RFC 3339 with any offset, "T" or a blank between, up to nine digits of a second (cut to six); leap second
// 60 counts as the next second. Nothing else: no missing offset, no impossible date. Years 0000 to 9999.
std::optional<Time> parse_time(std::string_view text);

// "2026-11-21T11:21:29.123456Z": always 27 characters, so text order is time order.
std::string format_time(Time time);
inline constexpr std::size_t formatted_time_size = 27;

inline std::int64_t to_micros(Time time) {
  return time.time_since_epoch().count();
}
inline Time from_micros(std::int64_t micros) {
  return Time{std::chrono::microseconds{micros}};
}

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;  // any thread
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

}  // namespace trunkline
