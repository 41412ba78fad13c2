#include "schemas/name_table.hpp"

namespace trunkline::schemas {

NameTable::NameTable(std::vector<std::string> names) : names_(std::move(names)) {
  if (names_.empty()) return;
  slots_.assign(std::bit_ceil(names_.size() * 2), absent);
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size()));
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    std::size_t at = home_of(names_[i]);
    while (slots_[at] != absent) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = i;
  }
}

}  // namespace trunkline::schemas
