#include "projections/leads/totals.hpp"

#include <algorithm>

namespace trunkline::leads {
namespace {

struct MomentChange {
  Range out, in;  // `facts` counts them
};

MomentChange change_of(const std::vector<Contribution>& out, const std::vector<Contribution>& in,
                       std::size_t moment) {
  MomentChange change;
  for (const Contribution& old : out)
    if (old.at(moment)) change.out.include(old.at_us);
  for (const Contribution& fresh : in)
    if (fresh.at(moment)) change.in.include(fresh.at_us);
  return change;
}

// The fact at an end goes, others stay, and none that comes reaches as far.
bool loses_end(const MomentChange& change, const Range& before) {
  if (change.out.facts == 0 || before.facts == change.out.facts) return false;
  const bool first = change.out.first_us == before.first_us && change.in.first_us > before.first_us;
  const bool last = change.out.last_us == before.last_us && change.in.last_us < before.last_us;
  return first || last;
}

}  // namespace

void Range::include(std::int64_t at_us) {
  ++facts;
  first_us = std::min(first_us, at_us);
  last_us = std::max(last_us, at_us);
}

void Range::include(const Range& other) {
  facts += other.facts;
  first_us = std::min(first_us, other.first_us);
  last_us = std::max(last_us, other.last_us);
}

void Totals::include(const Totals& other) {
  for (std::size_t i = 0; i < leads::sums; ++i) sums[i] += other.sums[i];
  for (std::size_t i = 0; i < moments; ++i) ranges[i].include(other.ranges[i]);
  for (const auto& [currency, amounts] : other.money) {
    money[currency].touches_e4 += amounts.touches_e4;
    money[currency].converted_e4 += amounts.converted_e4;
  }
  for (const auto& [listing, facts] : other.viewed) viewed[listing] += facts;
}

void Totals::count(const Contribution& to, std::int64_t sign) {
  for (std::size_t i = 0; i < leads::sums; ++i) sums[i] += sign * to.sums[i];
  const std::int64_t touched_e4 = to.sums[static_cast<std::size_t>(Sum::touch_value_e4)];
  const std::int64_t converted_e4 = to.sums[static_cast<std::size_t>(Sum::value_e4)];
  if (touched_e4 != 0 || converted_e4 != 0) {
    const std::string currency{to.currency};
    Money& amounts = money[currency];
    amounts.touches_e4 += sign * touched_e4;
    amounts.converted_e4 += sign * converted_e4;
    if (amounts == Money{}) money.erase(currency);
  }
  const std::string listing{to.viewed};
  if (!listing.empty() && (viewed[listing] += sign) == 0) viewed.erase(listing);
}

void Totals::pack(Packer& out) const {
  for (const std::int64_t sum : sums) out.number(sum);
  for (const Range& range : ranges) {
    out.number(range.facts);
    if (range.facts != 0) out.number(range.first_us).number(range.last_us);
  }
  out.count(money.size());
  for (const auto& [currency, amounts] : money)
    out.text(currency).number(amounts.touches_e4).number(amounts.converted_e4);
  out.count(viewed.size());
  for (const auto& [listing, facts] : viewed) out.text(listing).number(facts);
}

Totals Totals::unpack(Unpacker& in) {
  Totals totals;
  for (std::int64_t& sum : totals.sums) sum = in.number();
  for (Range& range : totals.ranges) {
    range.facts = in.number();
    if (range.facts == 0) continue;
    range.first_us = in.number();
    range.last_us = in.number();
  }
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    Money& amounts = totals.money[std::string{in.text()}];
    amounts.touches_e4 = in.number();
    amounts.converted_e4 = in.number();
  }
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    std::int64_t& facts = totals.viewed[std::string{in.text()}];
    facts = in.number();
  }
  return totals;
}

bool TotalsChange::outdated(const Totals& before) const {
  for (std::size_t i = 0; i < moments; ++i)
    if (loses_end(change_of(out_, in_, i), before.ranges[i])) return true;
  return false;
}

void TotalsChange::resolve(Totals& totals, const Ranges* others) const {
  for (const Contribution& old : out_) totals.count(old, -1);
  for (const Contribution& fresh : in_) totals.count(fresh, +1);
  for (std::size_t i = 0; i < moments; ++i) {
    const MomentChange change = change_of(out_, in_, i);
    Range& range = totals.ranges[i];
    Range kept;
    kept.facts = range.facts - change.out.facts;
    if (kept.facts > 0) {
      const Range& source = loses_end(change, range) && others != nullptr ? (*others)[i] : range;
      kept.first_us = source.first_us;
      kept.last_us = source.last_us;
    }
    kept.include(change.in);
    range = kept;
  }
}

}  // namespace trunkline::leads
