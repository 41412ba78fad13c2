#include "projections/conversion/fold.hpp"

#include "projections/conversion/facts.hpp"

namespace trunkline::conversion {

// Facts are rarely looked at again once a call is over: few are kept. A contact point comes back.
ConversionFold::ConversionFold(const FoldSettings& settings)
    : facts_(settings.rows_cached_max / 8),
      contacts_(settings.rows_cached_max / 2),
      peers_(settings.rows_cached_max / 8),
      loaded_(contacts_, peers_, loaded_texts_) {}

Status ConversionFold::read(const EventView& event) {
  batch_.note(event, texts_);
  return done();
}

// Everything that load() derives is made anew by every call: after an error it may be called again.
Status ConversionFold::load(Postgres& session) {
  loaded_.clear();
  loaded_texts_.clear();
  if (const auto loaded = load_facts(session); !loaded) return loaded;
  std::vector<std::string> keys;
  for (const auto& [key, news] : batch_.contacts()) keys.push_back(key);
  for (const MergedFact& merged : merged_)
    for (const std::string* key : {&merged.contact_before, &merged.contact_after})
      if (!key->empty()) keys.push_back(*key);
  if (const auto brought = loaded_.bring(session, keys); !brought) return brought;
  return loaded_.relink(session, batch_.links(), batch_.unlinks());
}

Status ConversionFold::load_facts(Postgres& session) {
  merged_.clear();
  for (const auto& [key, fact] : batch_.facts()) facts_.want({fact.tenant, fact.family, fact.subject});
  if (const auto loaded = facts_.load(session); !loaded) return loaded;
  for (const auto& [key, fact] : batch_.facts()) {
    const leads::PackedFact* row = facts_.find({fact.tenant, fact.family, fact.subject});
    if (row == nullptr) {
      merge_fact(fact, nullptr);
      continue;
    }
    const auto stored = leads::unpack_fact(*row);
    if (!stored) return must_stop("row", "conversion: a packed column of table facts cannot be read");
    merge_fact(fact, &*stored);
  }
  return done();
}

void ConversionFold::merge_fact(const leads::Fact& news, const leads::Fact* stored) {
  MergedFact merged{news, {}, {}, {}, {}};
  const auto owner = [](const leads::Fact& fact) {
    const std::string_view contact = fact.fields.value("contact");
    return contact.empty() ? std::string{} : people::contact_key(fact.tenant, contact);
  };
  if (stored != nullptr) {
    merged.fact.merge(*stored);
    if (merged.fact == *stored) return;
    merged.contact_before = owner(*stored);
    merged.before = kept(entries_of(*stored));
  }
  merged.contact_after = owner(merged.fact);
  merged.after = kept(entries_of(merged.fact));
  merged_.push_back(std::move(merged));
}

// The same entries with texts that outlive the fact.
Entries ConversionFold::kept(Entries entries) {
  for (Entry& entry : entries)
    for (std::string_view* text :
         {&entry.name, &entry.channel, &entry.agent, &entry.script, &entry.campaign, &entry.source})
      *text = loaded_texts_.keep(*text);
  return entries;
}

void ConversionFold::apply() {
  for (const auto& [key, news] : batch_.contacts()) {
    Contact& contact = loaded_.contact(key);
    bool changed = loaded_.is_new(key) || news.first_seen_us < contact.first_seen_us;
    contact.first_seen_us = std::min(contact.first_seen_us, news.first_seen_us);
    changed |= contact.worth.merge(news.worth);
    for (const Entry& entry : news.stated) changed |= merge(contact.entries, entry);
    if (changed) loaded_.change(key);
  }
  for (const MergedFact& merged : merged_) {
    move_entries(merged);
    const leads::Fact& fact = merged.fact;
    facts_.touch({fact.tenant, fact.family, fact.subject}).packed = leads::pack(fact);
  }
}

void ConversionFold::move_entries(const MergedFact& merged) {
  if (merged.contact_before == merged.contact_after && merged.before == merged.after) return;
  for (const Entry& entry : merged.before) {
    if (entry.kind == EntryKind::conversion) loaded_.conversion_left(merged.fact.tenant, entry.name);
    if (take_out(loaded_.contact(merged.contact_before).entries, entry.id))
      loaded_.change(merged.contact_before);
  }
  for (const Entry& entry : merged.after)
    if (put_in(loaded_.contact(merged.contact_after).entries, entry)) loaded_.change(merged.contact_after);
}

WriteSet ConversionFold::take_writes() {
  WriteSet writes;
  loaded_.store(writes);
  facts_.take(writes,
              [](const leads::PackedFact& row) { return fact_row(*leads::unpack_fact(row), row.packed); });
  contacts_.take(writes);
  peers_.take(writes);
  forget_batch();
  return writes;
}

void ConversionFold::forget_batch() {
  loaded_.clear();
  batch_.clear();
  merged_.clear();
  texts_.clear();
  loaded_texts_.clear();
}

void ConversionFold::settled() {
  facts_.settled();
  contacts_.settled();
  peers_.settled();
}

void ConversionFold::drop() {
  facts_.drop();
  contacts_.drop();
  peers_.drop();
  forget_batch();
}

void ConversionFold::begins_empty() {
  facts_.begins_empty();
  contacts_.begins_empty();
  peers_.begins_empty();
}

}  // namespace trunkline::conversion
