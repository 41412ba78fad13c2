// The desk's own numbers counted anew from its packed facts: every visible column of every lead, and the
// three sums.
#include "projections/recount.hpp"

#include <map>

#include "projections/lead_desk/fold.hpp"

namespace trunkline::desk {
namespace {

struct Recount {
  DeskSums sums;
  std::map<std::tuple<std::string, std::string, std::uint64_t>, Summary> segments;
  std::vector<Difference> differences;
  Facts facts;

  void segment(const SegmentRow& row) {
    unpack(row.facts, facts);
    Summary& summary = segments[{row.tenant, row.contact, static_cast<std::uint64_t>(row.segment)}];
    for (const Fact& fact : facts) {
      summary.add(fact);
      count_fact(sums, row.tenant, fact, Count::in);
    }
  }

  void lead(const LeadRow& stored) {
    unpack(stored.facts, facts);
    for (const Fact& fact : facts) count_fact(sums, stored.tenant, fact, Count::in);
    count_attribution(sums, stored.tenant, facts, Count::in);
    Leaves leaves = unpack_leaves(stored.segments);
    for (Leaf& leaf : leaves) {
      const auto found = segments.find({stored.tenant, stored.contact, leaf.node});
      leaf.summary = found == segments.end() ? Summary{} : found->second;
    }
    LeadRow counted = stored;
    set_columns(counted, facts, leaves);
    counted.segments = pack_leaves(leaves);
    compare_row(stored, counted, differences);
  }
};

}  // namespace

Result<std::vector<Difference>> recount(Postgres& snapshot) {
  Recount recount;
  Status status = for_each_row<SegmentRow>(snapshot, [&](const SegmentRow& row) { recount.segment(row); });
  if (status) status = for_each_row<LeadRow>(snapshot, [&](const LeadRow& row) { recount.lead(row); });
  if (status) status = compare_sums(snapshot, recount.sums.agent_day, recount.differences);
  if (status) status = compare_sums(snapshot, recount.sums.channel_hour, recount.differences);
  if (status) status = compare_sums(snapshot, recount.sums.attribution, recount.differences);
  if (!status) return status.error();
  return std::move(recount.differences);
}

}  // namespace trunkline::desk
