// Which keys were never put in: a blocked Bloom filter. With ten bits a key some two in a hundred others seem
// to be there; the more keys it is given, the more often, and never is one that was put in denied.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace trunkline {

class KeyFilter {
 public:
  static constexpr std::size_t bytes_of_a_table = 4 << 20;  // good for three million rows, of use for ten

  explicit KeyFilter(std::size_t bytes)
      : words_(bytes / sizeof(std::uint64_t)),
        bits_(static_cast<std::uint64_t*>(std::calloc(words_, sizeof(std::uint64_t)))) {}

  // Of 64 well mixed bits. Without memory for the filter every key seems to be there.
  void add(std::size_t hash) {
    if (bits_) bits_[word_of(hash)] |= mask_of(hash);
  }
  bool may_hold(std::size_t hash) const {
    return !bits_ || (bits_[word_of(hash)] & mask_of(hash)) == mask_of(hash);
  }

 private:
  struct Free {
    void operator()(std::uint64_t* bits) const { std::free(bits); }
  };

  // Five bits within one word, by the low half of the hash; which word, by the high half.
  std::size_t word_of(std::size_t hash) const { return (hash >> 32) * words_ >> 32; }
  static std::uint64_t mask_of(std::size_t hash) {
    std::uint64_t mask = 0;
    for (int i = 0; i < 5; ++i, hash >>= 6) mask |= std::uint64_t{1} << (hash & 63);
    return mask;
  }

  std::size_t words_;
  std::unique_ptr<std::uint64_t[], Free> bits_;  // from calloc: what is never touched costs nothing
};

}  // namespace trunkline
