#include "projections/lead_desk/fold.hpp"

#include <algorithm>

#include "projections/lead_desk/batch_facts.hpp"
#include "projections/lead_desk/tables.sql.hpp"
#include "projections/lead_desk/views.sql.hpp"

namespace trunkline::desk {
namespace {

class DeskFold final : public Fold {
 public:
  explicit DeskFold(const FoldSettings& settings)
      : leads_(settings.rows_cached_max), segments_(settings.rows_cached_max / 16) {}

  Status read(const EventView& event) override {
    const std::string_view contact = event.first_contact();
    if (contact.empty()) return done();  // the desk is kept by contact
    const auto fact = fact_of(event);
    if (!fact) return fact.error();
    if (*fact && batch_.add(event.tenant, contact, **fact) == BatchFacts::Seen::first)
      leads_.want({event.tenant, contact});
    return done();
  }

  // Two rounds: a long thread's lead names the segments that the batch touches.
  Status load(Postgres& session) override {
    if (auto status = leads_.load(session); !status) return status;
    for (const auto& contact : batch_.contacts()) {
      const LeadRow* row = leads_.find({contact.tenant, contact.token});
      if (row == nullptr || row->segments.empty()) continue;
      const Leaves leaves = unpack_leaves(row->segments);
      batch_.facts_of(contact, stated_);
      for (const Fact& fact : stated_)
        if (fact.of_thread()) segments_.want(segment_key(contact, leaves[leaf_of(leaves, fact.id)].node));
    }
    return segments_.load(session);
  }

  void apply() override {
    for (const auto& contact : batch_.contacts()) apply_to(contact);
    batch_.clear();
  }

  WriteSet take_writes() override {
    WriteSet writes;
    leads_.take(writes);
    segments_.take(writes);
    sums_.agent_day.take(writes);
    sums_.channel_hour.take(writes);
    sums_.attribution.take(writes);
    return writes;
  }

  void settled() override {
    leads_.settled();
    segments_.settled();
  }

  void drop() override {
    leads_.drop();
    segments_.drop();
    sums_ = {};
    batch_.clear();
  }

  void begins_empty() override {
    leads_.begins_empty();
    segments_.begins_empty();
    sums_.agent_day.begins_empty();
    sums_.channel_hour.begins_empty();
    sums_.attribution.begins_empty();
  }

 private:
  static Table<SegmentRow>::Key segment_key(const BatchFacts::Contact& contact, std::uint64_t node) {
    return {contact.tenant, contact.token, static_cast<std::int64_t>(node)};
  }

  void apply_to(const BatchFacts::Contact& contact) {
    LeadRow& row = leads_.touch({contact.tenant, contact.token});
    Leaves leaves = unpack_leaves(row.segments);
    batch_.facts_of(contact, stated_);
    if (!leaves.empty()) {
      const auto own =
          std::partition(stated_.begin(), stated_.end(), [](const Fact& f) { return !f.of_thread(); });
      thread_.assign(own, stated_.end());
      stated_.erase(own, stated_.end());
      unite_thread(contact, leaves);
    }
    unpack(row.facts, known_);
    const bool attribution_moved = unite_own(contact);
    if (attribution_moved) {
      count_attribution(sums_, contact.tenant, known_, Count::out);
      count_attribution(sums_, contact.tenant, united_, Count::in);
    }
    if (leaves.empty()) move_out_long_thread(contact, leaves);
    set_columns(row, united_, leaves);
    std::string packed = pack(united_.data(), united_.data() + united_.size());
    row.segments = pack_leaves(leaves);
    row.facts = std::move(packed);  // last: until here the facts' texts were views into it
  }

  // Facts known_ and stated_ of the lead's own row become united_. True when touches or conversions have
  // changed.
  bool unite_own(const BatchFacts::Contact& contact) {
    bool moved = false;
    unite(known_, stated_, united_, [&](const Fact* old, const Fact& now) {
      if (old != nullptr) count_fact(sums_, contact.tenant, *old, Count::out);
      count_fact(sums_, contact.tenant, now, Count::in);
      moved |= now.kind == FactKind::touch || now.kind == FactKind::conversion;
    });
    return moved;
  }

  // The first split: the thread leaves the lead's own row.
  void move_out_long_thread(const BatchFacts::Contact& contact, Leaves& leaves) {
    const auto of_thread = [](const Fact& fact) { return fact.of_thread(); };
    if (static_cast<std::size_t>(std::count_if(united_.begin(), united_.end(), of_thread)) <=
        segment_facts_max)
      return;
    thread_.clear();
    std::copy_if(united_.begin(), united_.end(), std::back_inserter(thread_), of_thread);
    std::erase_if(united_, of_thread);
    leaves = store_leaves(contact, split(1, thread_.data(), thread_.data() + thread_.size()));
  }

  // Facts thread_ go to their leaves, which may split.
  void unite_thread(const BatchFacts::Contact& contact, Leaves& leaves) {
    std::sort(thread_.begin(), thread_.end(), [](const Fact& a, const Fact& b) { return a.id < b.id; });
    Leaves changed;
    auto from = thread_.begin();
    for (const Leaf& leaf : leaves) {
      const auto next =
          &leaf == &leaves.back() ? thread_.end() : first_at_or_behind(from, (&leaf + 1)->first_id());
      if (from == next) {
        changed.push_back(leaf);
        continue;
      }
      stated_in_leaf_.assign(from, next);
      const Leaves parts = unite_leaf(contact, leaf.node);
      changed.insert(changed.end(), parts.begin(), parts.end());
      from = next;
    }
    leaves = std::move(changed);
  }

  Facts::iterator first_at_or_behind(Facts::iterator from, std::uint64_t id) {
    return std::lower_bound(from, thread_.end(), id,
                            [](const Fact& fact, std::uint64_t i) { return fact.id < i; });
  }

  Leaves unite_leaf(const BatchFacts::Contact& contact, std::uint64_t node) {
    const SegmentRow* row = segments_.find(segment_key(contact, node));
    const std::string packed = row == nullptr ? "" : row->facts;
    unpack(packed, known_);
    unite(known_, stated_in_leaf_, united_, [&](const Fact* old, const Fact& now) {
      if (old != nullptr) count_fact(sums_, contact.tenant, *old, Count::out);
      count_fact(sums_, contact.tenant, now, Count::in);
    });
    const auto parts = split(node, united_.data(), united_.data() + united_.size());
    if (parts.size() > 1) segments_.remove(segment_key(contact, node));
    return store_leaves(contact, parts);
  }

  Leaves store_leaves(const BatchFacts::Contact& contact, const std::vector<Split>& parts) {
    Leaves leaves;
    for (const Split& part : parts) {
      leaves.push_back(part.leaf);
      if (part.first == part.last) continue;
      const auto key = segment_key(contact, part.leaf.node);
      segments_.expect_none(key);  // a leaf that was just made by a split
      segments_.touch(key).facts = pack(part.first, part.last);
    }
    return leaves;
  }

  Table<LeadRow> leads_;
  Table<SegmentRow> segments_;
  DeskSums sums_;
  BatchFacts batch_;
  Facts known_, stated_, united_, thread_, stated_in_leaf_;  // scratch, kept for its memory
};

std::optional<Time> time_unless(std::int64_t micros, std::int64_t nothing) {
  return micros == nothing ? std::nullopt : std::optional{from_micros(micros)};
}

}  // namespace

void set_columns(LeadRow& row, const Facts& own, const Leaves& leaves) {
  Summary sum;
  for (const Leaf& leaf : leaves) sum.add(leaf.summary);
  const Fact *stage = nullptr, *source = nullptr;
  std::int64_t converted_us = INT64_MAX;
  row.touches = row.value_e4 = 0;
  for (const Fact& fact : own) {
    sum.add(fact);
    row.touches += fact.kind == FactKind::touch;
    if (fact.kind == FactKind::conversion) {
      row.value_e4 += fact.amount;
      converted_us = std::min(converted_us, fact.stamp.time_us);
    }
    if (fact.kind == FactKind::captured && (source == nullptr || fact.stamp < source->stamp)) source = &fact;
    const bool states_stage =
        fact.kind == FactKind::captured || fact.kind == FactKind::stage || fact.kind == FactKind::conversion;
    if (states_stage && (stage == nullptr || stage->stamp < fact.stamp)) stage = &fact;
  }
  row.stage.reset();
  row.source.reset();
  if (source != nullptr && !source->text.empty()) row.source = source->text;
  if (stage != nullptr)
    row.stage = stage->kind == FactKind::captured ? "new"
                : stage->kind == FactKind::stage  ? stage->text
                                                  : "converted";
  row.first_seen = from_micros(sum.first_us);
  row.last_contact = time_unless(sum.last_contact_us, INT64_MIN);
  row.calls = sum.calls;
  row.answered = sum.answered;
  row.talk_ms = sum.talk_ms;
  row.messages_in = sum.messages_in;
  row.messages_out = sum.messages_out;
  row.first_response_ms.reset();
  if (sum.first_outbound_us != INT64_MAX)
    row.first_response_ms = (sum.first_outbound_us - sum.first_us) / 1000;
  row.converted_at = time_unless(converted_us, INT64_MAX);
}

std::unique_ptr<Fold> make_fold(const FoldSettings& settings) {
  return std::make_unique<DeskFold>(settings);
}

const Projection lead_desk{"lead_desk", 1, sql::lead_desk_tables, sql::lead_desk_views, &make_fold, &recount};

}  // namespace trunkline::desk
