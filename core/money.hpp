// Money in rows is a whole number of ten-thousandths (`…_e4`); in events it is decimal text.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace trunkline {

// "-12.5" → -125000. Digits beyond the fourth place are cut. nullopt for anything that is not
// [-]digits[.digits], or too large for 64 bits.
std::optional<std::int64_t> parse_money_e4(std::string_view text);

}  // namespace trunkline
