// Which of the known names is this? A small hash table made once; a look-up allocates nothing and
// compares about one name.
#pragma once
#include <algorithm>
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
    char padded[told_by_start_max] = {};
    std::memcpy(padded, name.data(), std::min(name.size(), told_by_start_max));
    return look_up(name, start_of(padded, name.size()));
  }
  // The same, quicker, for text that lies in a json::Parser: there 16 bytes are always readable.
  std::uint32_t find_parsed(std::string_view name) const {
    return look_up(name, start_of(name.data(), name.size()));
  }
  const std::vector<std::string>& names() const { return names_; }
  std::size_t size() const { return names_.size(); }

 private:
  static constexpr std::size_t told_by_start_max = 16;

  // The first bytes of a name, zeros behind it: up to 16 bytes this is the whole name.
  struct Start {
    std::uint64_t first = 0, second = 0, size = 0;
    bool operator==(const Start&) const = default;
  };
  struct Slot {
    Start start;
    std::uint32_t index = absent;
  };

  static Start start_of(const char* bytes, std::size_t size) {
    Start start{0, 0, size};
    std::memcpy(&start.first, bytes, 8);
    std::memcpy(&start.second, bytes + 8, 8);
    start.first &= kept(size);
    start.second &= kept(size > 8 ? size - 8 : 0);
    return start;
  }
  // A mask for the first `size` bytes of a little-endian word, all of them from 8 on.
  static std::uint64_t kept(std::size_t size) {
    constexpr std::uint64_t masks[] = {0,
                                       0xFF,
                                       0xFFFF,
                                       0xFFFFFF,
                                       0xFFFFFFFF,
                                       0xFFFFFFFFFF,
                                       0xFFFFFFFFFFFF,
                                       0xFFFFFFFFFFFFFF,
                                       ~std::uint64_t{0}};
    return masks[std::min<std::size_t>(size, 8)];
  }
  std::size_t home_of(const Start& start) const {
    const std::uint64_t mixed = start.first ^ std::rotl(start.second, 25) ^ start.size;
    return static_cast<std::size_t>((mixed * 0x9E3779B97F4A7C15U) >> shift_);
  }
  std::uint32_t look_up(std::string_view name, const Start& start) const {
    if (slots_.empty()) return absent;
    for (std::size_t at = home_of(start);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.index == absent) return absent;
      if (slot.start == start && (name.size() <= told_by_start_max || names_[slot.index] == name))
        return slot.index;
    }
  }
  static_assert(std::endian::native == std::endian::little);

  std::vector<std::string> names_;
  std::vector<Slot> slots_;  // a power of two of them, at most half filled
  unsigned shift_ = 63;
};

}  // namespace trunkline::schemas
