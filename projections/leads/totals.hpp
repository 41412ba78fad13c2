// A contact point's figures: sums of its facts' contributions, and for each Moment how many facts have it,
// the first and the last of them. Sums give back what is taken out; a first or last moment may have to be
// looked up again among the facts that stay (`outdated`), which only the stored facts can tell.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "projections/leads/fact.hpp"

namespace trunkline::leads {

struct Range {
  std::int64_t facts = 0;
  std::int64_t first_us = INT64_MAX, last_us = INT64_MIN;  // where facts > 0

  void include(std::int64_t at_us);
  void include(const Range& other);
  bool operator==(const Range&) const = default;
};
using Ranges = std::array<Range, moments>;

struct Money {
  std::int64_t touches_e4 = 0, converted_e4 = 0;
  bool operator==(const Money&) const = default;
};

struct Totals {
  Sums sums{};
  Ranges ranges;
  std::map<std::string, Money> money;  // by currency, '' where none was stated; never added across them
  std::map<std::string, std::int64_t> viewed;  // listings, and how many facts say that they were viewed

  Range& operator[](Moment moment) { return ranges[static_cast<std::size_t>(moment)]; }
  const Range& operator[](Moment moment) const { return ranges[static_cast<std::size_t>(moment)]; }
  std::int64_t operator[](Sum sum) const { return sums[static_cast<std::size_t>(sum)]; }
  void include(const Totals& other);
  void count(const Contribution& to, std::int64_t sign);  // sums, money and listings; not the ranges
  bool operator==(const Totals&) const = default;

  void pack(Packer& out) const;
  static Totals unpack(Unpacker& in);
};

// What a batch takes out of and puts into one contact's totals. The facts outlive it.
class TotalsChange {
 public:
  void take_out(const Contribution& old) { out_.push_back(old); }
  void put_in(const Contribution& fresh) { in_.push_back(fresh); }

  // True when a first or last moment goes and nothing that comes makes up for it: resolve() then needs the
  // ranges of all facts of the contact that this batch leaves alone (their counts are not looked at).
  bool outdated(const Totals& before) const;
  void resolve(Totals& totals, const Ranges* others) const;

 private:
  std::vector<Contribution> out_, in_;
};

}  // namespace trunkline::leads
