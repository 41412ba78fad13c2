#include "ops/sample/dice.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

namespace trunkline::sample {

Dice::Dice(std::uint64_t seed, std::string_view purpose) : state_(seed ^ 0xcbf29ce484222325ULL) {
  for (const char letter : purpose) {  // FNV-1a
    state_ = (state_ ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
}

// splitmix64 (Steele, Lea, Flood 2014)
std::uint64_t Dice::bits() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

double Dice::unit() {
  return static_cast<double>(bits() >> 11) * 0x1.0p-53;
}

std::int64_t Dice::between(std::int64_t least, std::int64_t most) {
  return least + static_cast<std::int64_t>(unit() * static_cast<double>(most - least + 1));
}

double Dice::log_normal(double median, double sigma) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));  // Box and Muller
  return median * std::exp(sigma * radius * std::cos(2.0 * std::numbers::pi * unit()));
}

std::size_t Dice::weighted(std::span<const double> weights) {
  double left = unit() * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return weights.size() - 1;
}

}  // namespace trunkline::sample
