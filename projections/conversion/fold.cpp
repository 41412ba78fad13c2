#include "projections/conversion/fold.hpp"

#include "projections/conversion/facts.hpp"

namespace trunkline::conversion {

// Facts are rarely looked at again once a call is over: few are kept. A contact point comes back.
ConversionFold::ConversionFold(const FoldSettings& settings)
    : groups_(settings.rows_cached_max / 8),
      facts_(settings.rows_cached_max / 8),
      statements_(settings.rows_cached_max / 8),
      contacts_(settings.rows_cached_max / 2),
      peers_(settings.rows_cached_max / 8),
      loaded_(contacts_, peers_, loaded_texts_) {}

Status ConversionFold::read(const EventView& event) {
  if (event.family() == "call") groups_.read(event);
  batch_.note(event, texts_);
  return done();
}

// Everything that load() derives is made anew by every call: after an error it may be called again.
Status ConversionFold::load(Postgres& session) {
  loaded_.clear();
  loaded_texts_.clear();
  if (const auto loaded = load_facts(session); !loaded) return loaded;
  std::vector<std::string> keys;
  if (const auto loaded = load_statements(session, keys); !loaded) return loaded;
  for (const auto& [key, news] : batch_.contacts()) keys.push_back(key);
  for (const MergedFact& merged : merged_) {
    for (const Placed& each : merged.before)
      if (!each.contact.empty()) keys.push_back(each.contact);
    if (!merged.after.contact.empty()) keys.push_back(merged.after.contact);
  }
  if (const auto brought = loaded_.bring(session, keys); !brought) return brought;
  return loaded_.relink(session, batch_.links(), batch_.unlinks());
}

Status ConversionFold::load_statements(Postgres& session, std::vector<std::string>& contacts) {
  const auto key_of_row = [](const Said& said) {
    return KeyOf<StatementRow>{said.tenant, static_cast<std::int64_t>(said.entry.id)};
  };
  for (const auto& [key, said] : batch_.said()) statements_.want(key_of_row(said));
  if (const auto loaded = statements_.load(session); !loaded) return loaded;
  for (const auto& [key, said] : batch_.said())
    if (const StatementRow* row = statements_.find(key_of_row(said)))
      contacts.push_back(people::contact_key(row->tenant, row->contact));
  return done();
}

// Calls stand under one id, whichever of theirs the events named.
Result<ConversionFold::AllNews> ConversionFold::join_calls(Postgres& session) {
  const auto probe = CallGroups::probe_of(facts_, [](const CallGroups::Candidate& each) {
    return KeyOf<leads::PackedFact>{each.tenant, "call", each.id};
  });
  if (const auto loaded = groups_.load(session, probe); !loaded) return loaded.error();
  AllNews all;
  for (const auto& [key, fact] : batch_.facts()) {
    const bool call = fact.family == "call";
    const std::string& subject = call ? groups_.call_of(fact.tenant, fact.subject) : fact.subject;
    News& news = all[leads::fact_key(fact.tenant, fact.family, subject)];
    if (news.fact.tenant.empty()) {
      news.fact = fact;
      news.fact.subject = subject;
    } else {
      news.fact.merge(fact);
    }
  }
  for (const auto& moved : groups_.moved())
    all.at(leads::fact_key(moved.tenant, "call", moved.now)).formerly.push_back(moved.before);
  return all;
}

Status ConversionFold::load_facts(Postgres& session) {
  merged_.clear();
  auto all = join_calls(session);
  if (!all) return all.error();
  for (const auto& [key, news] : *all) {
    facts_.want({news.fact.tenant, news.fact.family, news.fact.subject});
    for (const std::string& former : news.formerly) facts_.want({news.fact.tenant, news.fact.family, former});
  }
  if (const auto loaded = facts_.load(session); !loaded) return loaded;
  for (auto& [key, news] : *all) {
    const auto stored = stored_of(news);
    if (!stored) return stored.error();
    merge_fact(std::move(news), *stored);
  }
  return done();
}

Result<std::vector<leads::Fact>> ConversionFold::stored_of(const News& news) const {
  std::vector<std::string_view> subjects{news.fact.subject};
  subjects.insert(subjects.end(), news.formerly.begin(), news.formerly.end());
  std::vector<leads::Fact> all;
  for (const std::string_view subject : subjects) {
    const leads::PackedFact* row = facts_.find({news.fact.tenant, news.fact.family, subject});
    if (row == nullptr) continue;
    auto stored = leads::unpack_fact(*row);
    if (!stored) return must_stop("row", "conversion: a packed column of table facts cannot be read");
    all.push_back(std::move(*stored));
  }
  return all;
}

void ConversionFold::merge_fact(News news, const std::vector<leads::Fact>& stored) {
  MergedFact merged{std::move(news.fact), std::move(news.formerly), {}, {}};
  for (const leads::Fact& part : stored) merged.fact.merge(part);
  if (stored.size() == 1 && stored.front() == merged.fact) return;
  for (const leads::Fact& part : stored) merged.before.push_back(placed(part));
  merged.after = placed(merged.fact);
  merged_.push_back(std::move(merged));
}

ConversionFold::Placed ConversionFold::placed(const leads::Fact& fact) {
  const std::string_view contact = fact.fields.value("contact");
  if (contact.empty()) return {};
  return {people::contact_key(fact.tenant, contact), kept(entries_of(fact))};
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
    for (const Entry& entry : news.threads) changed |= join(contact.entries, entry);
    if (changed) loaded_.change(key);
  }
  for (const auto& [key, said] : batch_.said()) apply_said(said);
  for (const MergedFact& merged : merged_) {
    move_entries(merged);
    const leads::Fact& fact = merged.fact;
    for (const std::string& former : merged.formerly) facts_.remove({fact.tenant, fact.family, former});
    leads::PackedFact& row = facts_.touch({fact.tenant, fact.family, fact.subject});
    row.packed = leads::pack(fact);
    of_row_[&row] = &fact;
  }
}

// The newest statement counts, for whom it was said of.
void ConversionFold::apply_said(const Said& said) {
  const Entry& entry = said.entry;
  const KeyOf<StatementRow> key{said.tenant, static_cast<std::int64_t>(entry.id)};
  if (const StatementRow* known = statements_.find(key)) {
    if (!(known->stamp() < entry.stamp)) return;
    const std::string before = people::contact_key(said.tenant, known->contact);
    if (before != said.contact && take_out(loaded_.contact(before).entries, entry.id)) loaded_.change(before);
  }
  if (put_in(loaded_.contact(said.contact).entries, entry)) loaded_.change(said.contact);
  StatementRow& row = statements_.touch(key);
  row.contact = people::token_in(said.contact);
  row.at_us = entry.stamp.time_us;
  row.tie = static_cast<std::int64_t>(entry.stamp.tie);
}

void ConversionFold::move_entries(const MergedFact& merged) {
  if (merged.before.size() == 1 && merged.before.front() == merged.after) return;
  for (const Placed& was : merged.before)
    for (const Entry& entry : was.entries) {
      if (entry.kind == EntryKind::conversion) loaded_.conversion_left(merged.fact.tenant, entry.name);
      if (take_out(loaded_.contact(was.contact).entries, entry.id)) loaded_.change(was.contact);
    }
  for (const Entry& entry : merged.after.entries)
    if (put_in(loaded_.contact(merged.after.contact).entries, entry)) loaded_.change(merged.after.contact);
}

WriteSet ConversionFold::take_writes() {
  WriteSet writes;
  loaded_.store(writes);
  groups_.take(writes);
  facts_.take(writes,
              [this](const leads::PackedFact& row) { return fact_row(*of_row_.at(&row), row.packed); });
  statements_.take(writes);
  contacts_.take(writes);
  peers_.take(writes);
  forget_batch();
  return writes;
}

void ConversionFold::forget_batch() {
  loaded_.clear();
  batch_.clear();
  merged_.clear();
  of_row_.clear();
  texts_.clear();
  loaded_texts_.clear();
}

void ConversionFold::settled() {
  groups_.settled();
  facts_.settled();
  statements_.settled();
  contacts_.settled();
  peers_.settled();
}

void ConversionFold::drop() {
  groups_.drop();
  facts_.drop();
  statements_.drop();
  contacts_.drop();
  peers_.drop();
  forget_batch();
}

void ConversionFold::begins_empty() {
  groups_.begins_empty();
  facts_.begins_empty();
  statements_.begins_empty();
  contacts_.begins_empty();
  peers_.begins_empty();
}

}  // namespace trunkline::conversion
