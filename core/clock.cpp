#include "core/clock.hpp"

namespace trunkline {
namespace {

// What four digits of a year can write.
constexpr Time first_time = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Time end_of_time = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The number in two decimal digits; negative where they are none.
int two_digits(const char* text) {
  return is_digit(text[0]) && is_digit(text[1]) ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

std::optional<int> take_two_digits(std::string_view& text) {
  const int number = text.size() < 2 ? -1 : two_digits(text.data());
  if (number < 0) return std::nullopt;
  text.remove_prefix(2);
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
  while (!text.empty() && is_digit(text.front())) {
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
  const auto hours = take_two_digits(text);
  if (!hours || *hours > 23 || !take_char(text, ":")) return std::nullopt;
  const auto minutes = take_two_digits(text);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{*hours * 60 + *minutes};
  return negative ? -offset : offset;
}

// "2026-11-21T11:21:29" at fixed places: nothing but a possible moment of a possible day.
constexpr std::string_view shortest = "2026-11-21T11:21:29Z";

std::optional<Time> civil_time(const char* text) {
  using namespace std::chrono;
  const bool punctuated = text[4] == '-' && text[7] == '-' && text[13] == ':' && text[16] == ':' &&
                          (text[10] == 'T' || text[10] == 't' || text[10] == ' ');
  const int century = two_digits(text);
  const int year_in_century = two_digits(text + 2);
  const int mo = two_digits(text + 5);
  const int d = two_digits(text + 8);
  const int h = two_digits(text + 11);
  const int mi = two_digits(text + 14);
  const int s = two_digits(text + 17);
  if (!punctuated || (century | year_in_century | mo | d | h | mi | s) < 0 || h > 23 || mi > 59 || s > 60)
    return std::nullopt;
  const year_month_day date{year{century * 100 + year_in_century}, month{static_cast<unsigned>(mo)},
                            day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return Time{sys_days{date}} + hours{h} + minutes{mi} + seconds{s};
}

// The last `digits` decimal digits of a number, so that they end before `end`.
void write_digits(char* end, int digits, std::int64_t number) {
  for (; digits > 0; --digits, number /= 10) *--end = static_cast<char>('0' + number % 10);
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  if (text.size() < shortest.size()) return std::nullopt;
  const auto local = civil_time(text.data());
  text.remove_prefix(shortest.size() - 1);
  const auto fraction = take_fraction(text);
  const auto offset = fraction ? take_offset(text) : std::nullopt;
  if (!local || !offset || !text.empty()) return std::nullopt;
  const Time time = *local + *fraction - *offset;
  if (time < first_time || time >= end_of_time) return std::nullopt;
  return time;
}

std::string format_time(Time time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date{day_start};
  const hh_mm_ss clock{time - day_start};
  std::string text = "0000-00-00T00:00:00.000000Z";
  char* const at = text.data();
  write_digits(at + 4, 4, static_cast<int>(date.year()));
  write_digits(at + 7, 2, static_cast<unsigned>(date.month()));
  write_digits(at + 10, 2, static_cast<unsigned>(date.day()));
  write_digits(at + 13, 2, clock.hours().count());
  write_digits(at + 16, 2, clock.minutes().count());
  write_digits(at + 19, 2, clock.seconds().count());
  write_digits(at + 26, 6, clock.subseconds().count());
  return text;
}

Time SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace trunkline
