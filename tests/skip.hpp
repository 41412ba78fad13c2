// Tests that need something from outside (a database, the shared test data) say so and step aside when it is
// missing. .ci/run counts the `[skipped]` lines and takes them off the passed ones.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace trunkline::testing {

inline void print_skipped(std::string_view why) {
  std::printf("[skipped] %.*s\n", static_cast<int>(why.size()), why.data());
  std::fflush(stdout);
}

// The root of the source tree; known to tests/doctest_main.cpp alone, so that the tests compile to the same
// objects wherever the tree lies and the compiler cache serves every clone.
std::filesystem::path source_dir();

// The folder with the shared test data: TRUNKLINE_SHARED, or `shared` beside the repository. It may be
// missing:
//   SKIP_UNLESS(exists(shared_dir() / "data/calls"), "no shared/data/calls: set TRUNKLINE_SHARED");
inline std::filesystem::path shared_dir() {
  const char* stated = std::getenv("TRUNKLINE_SHARED");
  if (stated != nullptr && *stated != '\0') return stated;
  return source_dir().parent_path() / "shared";
}

}  // namespace trunkline::testing

// Leaves the test case, counted as skipped, unless the condition holds. Not inside a lambda.
#define SKIP_UNLESS(condition, why)             \
  do {                                          \
    if (!(condition)) {                         \
      ::trunkline::testing::print_skipped(why); \
      return;                                   \
    }                                           \
  } while (false)
