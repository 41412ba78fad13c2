#include "projections/leads/said.hpp"

#include "core/open.hpp"
#include "projections/install.hpp"
#include "projections/leads/projection.hpp"

namespace trunkline::leads {
namespace {

// What was told of a call under another of its ids is said of the call.
Result<BinaryRows> fetch_texts(Snapshot& snapshot, const std::vector<FactKey>& facts) {
  std::vector<std::string> families, subjects;
  for (const auto& [family, subject] : facts) {
    families.push_back(family);
    subjects.push_back(subject);
  }
  const std::string rows = rows_schema(projection);
  return snapshot.fetch(
      "WITH k AS (SELECT * FROM unnest($2::text[], $3::text[]) AS k(family, subject)), told AS"
      " (SELECT family, subject, subject AS id FROM k UNION ALL SELECT k.family, k.subject, i.id FROM k "
      "JOIN " +
          rows +
          ".call_ids i ON i.tenant = $1 AND i.call = k.subject AND k.family = 'call' AND i.id <> k.subject)"
          " SELECT told.family, told.subject, t.event_id, t.personal FROM told JOIN " +
          rows +
          ".texts t ON t.tenant = $1 AND t.family = told.family AND t.subject = told.id ORDER BY t.at, t.tie",
      Params{}.text(snapshot.tenant().value()).texts(families).texts(subjects));
}

}  // namespace

Result<SaidByFact> open_said(const QueryContext& context, Snapshot& snapshot,
                             const std::vector<FactKey>& facts) {
  SaidByFact said;
  if (facts.empty()) return said;
  const auto rows = fetch_texts(snapshot, facts);
  if (!rows) return rows.error();
  std::vector<SealedEvent> sealed;
  for (std::size_t i = 0; i < rows->size(); ++i)
    sealed.push_back({snapshot.tenant(), std::string{*rows->value(i, 2)}, std::string{*rows->value(i, 3)}});
  const auto opened = open_all(context.keys, sealed);
  if (!opened) return opened.error();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    Said& of_fact = said[{std::string{*rows->value(i, 0)}, std::string{*rows->value(i, 1)}}];
    for (const auto& [pointer, json] : (*opened)[i].fields) of_fact.members[pointer.substr(1)] = json;
    of_fact.redacted |= !(*opened)[i].redacted.empty();
  }
  return said;
}

void write_said(json::Writer& out, const SaidByFact& said, const FactKey& fact) {
  const auto found = said.find(fact);
  if (found == said.end()) return;
  out.key("said").open('{');
  for (const auto& [name, json] : found->second.members) out.key(name).raw(json);
  out.close('}').key("redacted").boolean(found->second.redacted);
}

}  // namespace trunkline::leads
