#include "core/money.hpp"

namespace trunkline {
namespace {
constexpr int places = 4;
}

std::optional<std::int64_t> parse_money_e4(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::int64_t value = 0;
  int decimals = -1;  // -1: before the point
  std::size_t digits = 0;
  const auto shift_in = [&value](int digit) {
    return !__builtin_mul_overflow(value, 10, &value) && !__builtin_add_overflow(value, digit, &value);
  };
  for (const char c : text) {
    if (c == '.' && decimals < 0 && digits > 0) {
      decimals = 0;
      digits = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    ++digits;
    if (decimals == places) continue;
    if (decimals >= 0) ++decimals;
    if (!shift_in(c - '0')) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  for (int place = decimals < 0 ? 0 : decimals; place < places; ++place)
    if (!shift_in(0)) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace trunkline
