#include "core/log/journal_id.hpp"

#include <random>
#include <string>

namespace trunkline {
namespace {

constexpr std::size_t journal_id_size = 12;
constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

JournalId new_journal_id() {
  std::random_device random;
  std::string text;
  while (text.size() < journal_id_size) text.push_back(hex_digits[random() % hex_digits.size()]);
  return JournalId{text};
}

bool is_journal_id(std::string_view text) {
  return text.size() == journal_id_size && text.find_first_not_of(hex_digits) == std::string_view::npos;
}

}  // namespace trunkline
