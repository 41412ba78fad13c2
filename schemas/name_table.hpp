// Which of the known names is this? A small hash table made once; a look-up allocates nothing and
// compares about one name.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace trunkline::schemas {

class NameTable {
 public:
  static constexpr std::uint32_t absent = UINT32_MAX;

  NameTable() = default;
  // The names must differ. An index is a name's place in this list.
  explicit NameTable(std::vector<std::string> names);

  std::uint32_t find(std::string_view name) const {
    if (slots_.empty()) return absent;
    for (std::size_t at = home_of(name);; at = (at + 1) & (slots_.size() - 1)) {
      const std::uint32_t index = slots_[at];
      if (index == absent || names_[index] == name) return index;
    }
  }
  const std::vector<std::string>& names() const { return names_; }
  std::size_t size() const { return names_.size(); }

 private:
  // Mixes the size and the two ends of the name, which overlap in short ones.
  std::size_t home_of(std::string_view name) const {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    const std::size_t size = name.size();
    if (size >= 8) {
      std::memcpy(&head, name.data(), 8);
      std::memcpy(&tail, name.data() + size - 8, 8);
    } else if (size >= 4) {
      std::uint32_t first = 0;
      std::uint32_t last = 0;
      std::memcpy(&first, name.data(), 4);
      std::memcpy(&last, name.data() + size - 4, 4);
      head = first;
      tail = last;
    } else {
      for (const char c : name) head = head << 8 | static_cast<unsigned char>(c);
    }
    const std::uint64_t mixed = head ^ std::rotl(tail, 25) ^ size;
    return static_cast<std::size_t>((mixed * 0x9E3779B97F4A7C15U) >> shift_);
  }

  std::vector<std::string> names_;
  std::vector<std::uint32_t> slots_;  // a power of two of them, at most half filled
  unsigned shift_ = 63;
};

}  // namespace trunkline::schemas
