#include "ingest/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace trunkline {
namespace {

constexpr std::size_t type_size_max = 64;  // longer ones are near to nothing

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_type(const Catalogue& catalogue, std::string_view type) {
  if (type.size() > type_size_max) return {};
  std::string_view nearest;
  std::size_t least = type.size() / 3 + 1;
  for (const EventType& known : catalogue.event_types()) {
    const std::size_t distance = edit_distance(type, known.name);
    if (distance >= least) continue;
    least = distance;
    nearest = known.name;
  }
  return nearest;
}

}  // namespace trunkline
