// For tests: the embedded catalogue, loaded once.
#pragma once
#include <stdexcept>

#include "schemas/catalogue.hpp"

namespace trunkline::testing {

inline const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto result = Catalogue::load();
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(result).value();
  }();
  return loaded;
}

}  // namespace trunkline::testing
