// Chance from a seed: the same numbers on every machine, so that a sample history can be told by its seed.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace trunkline::sample {

class Dice {
 public:
  // Each purpose has its own sequence: a tenant's history does not change with the tenants beside it.
  Dice(std::uint64_t seed, std::string_view purpose);

  std::uint64_t bits();
  double unit();                                                // [0, 1)
  std::int64_t between(std::int64_t least, std::int64_t most);  // both included
  bool chance(double probability) { return unit() < probability; }
  double log_normal(double median, double sigma);
  std::size_t weighted(std::span<const double> weights);

  template <class List>
  const auto& pick(const List& list) {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(std::size(list)) - 1))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace trunkline::sample
