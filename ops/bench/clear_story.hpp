// A history as integrators send it to the door: several businesses with sizes like 1/rank, some twelve events
// a person over the last 90 days, names and numbers in clear. From one seed, but for the day it ends on.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"

namespace trunkline::bench {

class ClearStory {
 public:
  ClearStory(std::size_t tenants, std::size_t persons, Time end);

  std::size_t events() const;        // in all
  void append(std::string& ndjson);  // the next one, in order of time

  static std::string tenant(std::size_t rank);  // 1 is the largest
  static std::string phone(std::size_t person);
  std::size_t somebody_of(std::size_t rank);  // a person known there

 private:
  struct Said {
    std::string_view type;
    std::vector<std::pair<std::string_view, std::string>> members;
  };
  Said capture();
  Said anything(std::size_t person);
  std::int64_t next_us();
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  std::mt19937_64 random_{42};
  const std::int64_t first_us_;
  std::vector<std::size_t> rank_of_;  // by person
  std::vector<std::size_t> told_of_;  // how many of the person's events were told
  std::size_t told_ = 0, newcomers_ = 0;
};

}  // namespace trunkline::bench
