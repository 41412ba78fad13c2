#include "core/bounded_cache.hpp"

#include <doctest/doctest.h>

using trunkline::BoundedCache;

TEST_CASE("a bounded cache keeps what is used and never holds more than it may") {
  BoundedCache<int> cache(320);
  for (int i = 0; i < 5000; ++i) {
    cache.put("key" + std::to_string(i), i);
    CHECK(cache.find("key" + std::to_string(i)) == i);
    if (i > 0) CHECK(cache.find("key0") == 0);  // used all the time
    CHECK(cache.size() <= 320);
  }
  CHECK_FALSE(cache.find("key1"));
}

TEST_CASE("a bounded cache replaces and forgets") {
  BoundedCache<int> cache(32);
  cache.put("a", 1);
  cache.put("a", 2);
  CHECK(cache.find("a") == 2);
  cache.forget("a");
  CHECK_FALSE(cache.find("a"));
  CHECK(cache.size() == 0);
}
