#include "projections/leads/former_moments.hpp"

#include "projections/install.hpp"
#include "projections/leads/contact.hpp"
#include "projections/leads/projection.hpp"

namespace trunkline::leads {
namespace {

std::string query_sql() {
  std::string columns;
  for (std::size_t i = 0; i < moments; ++i) {
    const std::string having = " FILTER (WHERE f.moments & " + std::to_string(1u << i) + " <> 0)";
    columns += ", min(f.at)" + having + ", max(f.at)" + having;
  }
  return "SELECT k.tenant, k.contact" + columns +
         " FROM unnest($1::text[], $2::text[]) AS k(tenant, contact)"
         " JOIN facts f ON f.tenant = k.tenant AND f.contact = k.contact"
         " WHERE (f.tenant, f.family, f.subject) NOT IN (SELECT * FROM unnest($3::text[], $4::text[], "
         "$5::text[]))"
         " GROUP BY 1, 2";
}

struct Left {
  std::vector<std::string> tenants, families, subjects;
  void add(const ChangedFact& fact) {
    tenants.push_back(fact.tenant);
    families.push_back(fact.family);
    subjects.push_back(fact.subject);
  }
};

Ranges ranges_in(const BinaryRows& rows, std::size_t row) {
  Ranges ranges;
  for (std::size_t i = 0; i < moments; ++i) {
    const auto first = rows.value(row, 2 + 2 * i);
    const auto last = rows.value(row, 3 + 2 * i);
    if (!first || !last) continue;
    ranges[i] = {1, to_micros(pg::read_time(*first)), to_micros(pg::read_time(*last))};
  }
  return ranges;
}

void include_fact(const Contribution& to, Ranges& ranges) {
  for (std::size_t i = 0; i < moments; ++i)
    if (to.at(i)) ranges[i].include(to.at_us);
}

}  // namespace

Result<std::unordered_map<std::string, Ranges>> FormerMoments::look_up(
    Postgres& session, const std::unordered_set<std::string>& contacts) {
  std::unordered_map<std::string, Ranges> found;
  if (contacts.empty()) return found;
  if (!indexed_)
    if (auto made = make_left_out_index(session, projection, "facts_of_contact"); !made) return made.error();
  indexed_ = true;
  Left left;
  const auto concerns = [&](const ChangedFact& fact) {
    return contacts.contains(fact.contact_before) || contacts.contains(fact.contact_after);
  };
  std::unordered_set<std::string> changing, seen;  // facts of this batch count for nobody here
  for (const ChangedFact& fact : batch_) {
    changing.insert(fact_key(fact.tenant, fact.family, fact.subject));
    if (concerns(fact)) left.add(fact);
  }
  for (const auto& batch : unsettled_)
    for (const ChangedFact& fact : batch) {
      const std::string key = fact_key(fact.tenant, fact.family, fact.subject);
      if (!concerns(fact) || !seen.insert(key).second) continue;
      left.add(fact);  // its stored row may still name the contact that it had before
      if (changing.contains(key)) continue;
      facts_.want({fact.tenant, fact.family, fact.subject});
      const PackedFact* row = facts_.find({fact.tenant, fact.family, fact.subject});
      const auto now = row == nullptr ? std::nullopt : unpack_fact(*row);
      if (!now) continue;
      const Contribution to = contribution(*now);
      const std::string owner = contact_key(fact.tenant, to.contact);
      if (contacts.contains(owner)) include_fact(to, found[owner]);
    }
  std::vector<std::string> tenants, tokens;
  for (const std::string& key : contacts) {
    tenants.push_back(key.substr(0, key.find('\0')));
    tokens.emplace_back(token_in(key));
  }
  static const std::string sql = query_sql();
  const auto rows = session.fetch(
      sql,
      Params{}.texts(tenants).texts(tokens).texts(left.tenants).texts(left.families).texts(left.subjects));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Ranges ranges = ranges_in(*rows, i);
    Ranges& known = found[contact_key(*rows->value(i, 0), *rows->value(i, 1))];
    for (std::size_t moment = 0; moment < moments; ++moment) known[moment].include(ranges[moment]);
  }
  return found;
}

void FormerMoments::taken() {
  unsettled_.push_back(std::move(batch_));
  batch_.clear();
}

void FormerMoments::drop() {
  batch_.clear();
  unsettled_.clear();
}

}  // namespace trunkline::leads
