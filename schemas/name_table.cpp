#include "schemas/name_table.hpp"

namespace trunkline::schemas {

NameTable::NameTable(std::vector<std::string> names) : names_(std::move(names)) {
  if (names_.empty()) return;
  slots_.resize(std::bit_ceil(names_.size() * 2));
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size()));
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    std::string padded = names_[i];
    padded.resize(std::max(padded.size(), told_by_start_max));
    const Start start = start_of(padded.data(), names_[i].size());
    std::size_t at = home_of(start);
    while (slots_[at].index != absent) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {start, i};
  }
}

}  // namespace trunkline::schemas
