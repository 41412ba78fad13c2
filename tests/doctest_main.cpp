#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "tests/skip.hpp"

std::filesystem::path trunkline::testing::source_dir() {
  return TRUNKLINE_SOURCE_DIR;
}
