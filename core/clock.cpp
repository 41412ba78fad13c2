#include "core/clock.hpp"

#include <cstdio>

namespace trunkline {
namespace {

// What four digits of a year can write.
constexpr Time first_time = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Time end_of_time = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};

// Reads exactly `digits` decimal digits and steps over them; nullopt on anything else.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  if (!take_char(text, ".")) return std::chrono::microseconds{0};
  std::int64_t micros = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return std::chrono::microseconds{micros};
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take_char(text, "Zz")) return std::chrono::minutes{0};
  const bool negative = !text.empty() && text.front() == '-';
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take_char(text, ":")) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{*hours * 60 + *minutes};
  return negative ? -offset : offset;
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_number(text, 4);
  if (!y || !take_char(text, "-")) return std::nullopt;
  const auto mo = take_number(text, 2);
  if (!mo || !take_char(text, "-")) return std::nullopt;
  const auto d = take_number(text, 2);
  if (!d || !take_char(text, "Tt ")) return std::nullopt;
  const auto h = take_number(text, 2);
  if (!h || *h > 23 || !take_char(text, ":")) return std::nullopt;
  const auto mi = take_number(text, 2);
  if (!mi || *mi > 59 || !take_char(text, ":")) return std::nullopt;
  const auto s = take_number(text, 2);
  if (!s || *s > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
  if (!offset || !text.empty() || !date.ok()) return std::nullopt;
  const Time time = Time{sys_days{date}} + hours{*h} + minutes{*mi} + seconds{*s} + *fraction - *offset;
  if (time < first_time || time >= end_of_time) return std::nullopt;
  return time;
}

std::string format_time(Time time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date{day_start};
  const hh_mm_ss clock{time - day_start};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

Time SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace trunkline
