#include "projections/leads/fold.hpp"

#include <ranges>

namespace trunkline::leads {
LeadsFold::LeadsFold(const FoldSettings& settings)
    : keys_(settings.keys),
      facts_(settings.rows_cached_max),
      contacts_(settings.rows_cached_max),
      peers_(settings.rows_cached_max),
      loaded_(contacts_, peers_),
      former_(facts_),
      groups_(settings.rows_cached_max / 4) {}

Status LeadsFold::read(const EventView& event) {
  note(event, batch_);
  if (event.family() == "call") groups_.read(event);
  return done();
}

// Everything that load() derives is made anew by every call: after an error it may be called again.
Status LeadsFold::load(Postgres& session) {
  loaded_.clear();
  if (const auto loaded = load_facts(session); !loaded) return loaded;
  if (const auto loaded = load_contacts(session); !loaded) return loaded;
  if (const auto loaded = load_moments(session); !loaded) return loaded;
  return open_names();
}

Status LeadsFold::load_contacts(Postgres& session) {
  std::vector<std::string> keys;
  for (const auto& [key, news] : batch_.contacts) keys.push_back(key);
  for (const auto& [key, change] : changes_) keys.push_back(key);
  if (const auto brought = loaded_.bring(session, keys); !brought) return brought;
  for (const std::string& key : keys) loaded_.change(key);
  return loaded_.relink(session, batch_.links, batch_.unlinks);
}

Status LeadsFold::load_moments(Postgres& session) {
  std::unordered_set<std::string> outdated;
  for (const auto& [key, change] : changes_)
    if (change.outdated(loaded_.contact(key).totals)) outdated.insert(key);
  auto ranges = former_.look_up(session, outdated);
  if (!ranges) return ranges.error();
  ranges_ = std::move(*ranges);
  return done();
}

void LeadsFold::apply() {
  for (const Fact& fact : gone_) facts_.remove({fact.tenant, fact.family, fact.subject});
  for (const MergedFact& merged : merged_) {
    const Fact& fact = merged.fact;
    facts_.touch({fact.tenant, fact.family, fact.subject}) = fact_row(fact);
  }
  for (const auto& [key, news] : batch_.contacts) loaded_.contact(key).details.merge(news.details);
  const Ranges nothing{};
  for (const auto& [key, change] : changes_) {
    const auto known = ranges_.find(key);
    change.resolve(loaded_.contact(key).totals, known == ranges_.end() ? &nothing : &known->second);
  }
}

WriteSet LeadsFold::take_writes() {
  WriteSet writes;
  loaded_.store(writes);
  TableWrite texts{
      TableWrite::Kind::replace, TextRow::table, column_names<TextRow>(), TextRow::key_columns, {}, 0};
  // A doubled event is one row, and a write names a key once: the last one's, as if each had come in its own
  // batch.
  std::unordered_set<std::string> written;
  for (const TextRow& row : std::views::reverse(batch_.texts)) {
    const std::string key =
        fact_key(row.tenant, row.family, row.subject) + '\0' + format_time(row.at) + std::to_string(row.tie);
    if (!written.insert(key).second) continue;
    encode_row(texts.tuples, row);
    ++texts.rows;
  }
  if (texts.rows > 0) writes.push_back(std::move(texts));
  groups_.take(writes);
  facts_.take(writes);
  contacts_.take(writes);
  peers_.take(writes);
  former_.taken();
  inheriting_.taken();
  loaded_.clear();
  batch_.clear();
  merged_.clear();
  gone_.clear();
  changes_.clear();
  ranges_.clear();
  return writes;
}

void LeadsFold::settled() {
  facts_.settled();
  contacts_.settled();
  peers_.settled();
  former_.settled();
  groups_.settled();
  inheriting_.settled();
}

void LeadsFold::drop() {
  facts_.drop();
  contacts_.drop();
  peers_.drop();
  former_.drop();
  groups_.drop();
  inheriting_.drop();
  loaded_.clear();
  batch_.clear();
  merged_.clear();
  gone_.clear();
  changes_.clear();
  ranges_.clear();
}

std::unique_ptr<Fold> make_fold(const FoldSettings& settings) {
  return std::make_unique<LeadsFold>(settings);
}

}  // namespace trunkline::leads
