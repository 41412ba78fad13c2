#include "projections/leads/fold.hpp"

#include <algorithm>

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
  for (const Fact* fact : merged_) {
    PackedFact& row = facts_.touch({fact->tenant, fact->family, fact->subject});
    row.packed = pack(*fact);
    of_row_[&row] = fact;
  }
  for (const auto& [key, news] : batch_.contacts) loaded_.contact(key).details.merge(news.details);
  const Ranges nothing{};
  for (const auto& [key, change] : changes_) {
    const auto known = ranges_.find(key);
    change.resolve(loaded_.contact(key).totals, known == ranges_.end() ? &nothing : &known->second);
  }
}

// A doubled event is one text.
void LeadsFold::take_texts(WriteSet& writes) {
  TableWrite texts{
      TableWrite::Kind::insert, TextRow::table, column_names<TextRow>(), TextRow::key_columns, {}, 0};
  std::vector<const TextRow*> rows;
  for (const TextRow& row : batch_.texts)
    if (texts_to_write_.erase({to_micros(row.at), static_cast<std::uint64_t>(row.tie)}) == 1)
      rows.push_back(&row);
  std::sort(rows.begin(), rows.end(),
            [](const TextRow* a, const TextRow* b) { return key_of(*a) < key_of(*b); });
  for (const TextRow* row : rows) encode_row(texts.tuples, *row);
  texts.rows = rows.size();
  if (texts.rows > 0) writes.push_back(std::move(texts));
}

WriteSet LeadsFold::take_writes() {
  WriteSet writes;
  loaded_.store(writes);
  take_texts(writes);
  groups_.take(writes);
  facts_.take(writes, [this](const PackedFact& row) { return fact_row(*of_row_.at(&row), row.packed); });
  contacts_.take(writes);
  peers_.take(writes);
  former_.taken();
  inheriting_.taken();
  forget_batch();
  return writes;
}

// What load() derived of the batch's facts.
void LeadsFold::forget_facts() {
  merged_.clear();
  of_row_.clear();
  remade_.clear();
  news_.clear();
  gone_.clear();
  changes_.clear();
  texts_to_write_.clear();
}

void LeadsFold::forget_batch() {
  forget_facts();
  loaded_.clear();
  batch_.clear();
  ranges_.clear();
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
  forget_batch();
}

void LeadsFold::begins_empty() {
  facts_.begins_empty();
  contacts_.begins_empty();
  peers_.begins_empty();
  groups_.begins_empty();
}

std::unique_ptr<Fold> make_fold(const FoldSettings& settings) {
  return std::make_unique<LeadsFold>(settings);
}

}  // namespace trunkline::leads
