// From the hash of a key to the slot that holds it: open addressing, linear probing, no tombstones.
// The keys themselves stay in the slots; whoever asks compares them.
#pragma once
#include <cstdint>
#include <vector>

namespace trunkline {

class KeyIndex {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  // The slot whose hash is equal and for which same(slot) holds; `none` if there is none.
  template <class Same>
  std::uint32_t find(std::size_t hash, Same same) const {
    if (cells_.empty()) return none;
    for (std::size_t at = home(hash); cells_[at].slot != none; at = after(at))
      if (cells_[at].hash == short_hash(hash) && same(cells_[at].slot)) return cells_[at].slot;
    return none;
  }

  void insert(std::size_t hash, std::uint32_t slot) {
    if (2 * (size_ + 1) > cells_.size()) grow();
    place({short_hash(hash), slot});
    ++size_;
  }

  void erase(std::size_t hash, std::uint32_t slot) {
    std::size_t hole = home(hash);
    while (cells_[hole].slot != slot) hole = after(hole);
    // Cells behind the hole move up as long as that does not carry them before their home.
    for (std::size_t at = after(hole); cells_[at].slot != none; at = after(at)) {
      const std::size_t wanted = cells_[at].hash & mask();
      if (((at - wanted) & mask()) < ((at - hole) & mask())) continue;
      cells_[hole] = cells_[at];
      hole = at;
    }
    cells_[hole] = {};
    --size_;
  }

  void clear() {
    cells_.clear();
    size_ = 0;
  }

 private:
  struct Cell {
    std::uint32_t hash = 0;
    std::uint32_t slot = none;
  };

  static std::uint32_t short_hash(std::size_t hash) { return static_cast<std::uint32_t>(hash); }
  std::size_t mask() const { return cells_.size() - 1; }
  std::size_t home(std::size_t hash) const { return short_hash(hash) & mask(); }
  std::size_t after(std::size_t at) const { return (at + 1) & mask(); }

  void place(Cell cell) {
    std::size_t at = cell.hash & mask();
    while (cells_[at].slot != none) at = after(at);
    cells_[at] = cell;
  }

  void grow() {
    std::vector<Cell> old(cells_.empty() ? 16 : 2 * cells_.size());
    old.swap(cells_);
    for (const Cell& cell : old)
      if (cell.slot != none) place(cell);
  }

  std::vector<Cell> cells_;  // a power of two of them, at most half full
  std::size_t size_ = 0;
};

}  // namespace trunkline
