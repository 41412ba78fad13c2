#include "projections/analytics/fold.hpp"

#include "projections/leads/statements.hpp"

namespace trunkline::analytics {
namespace {

// A contact point is captured once, however often it is said: where it was first.
leads::Fact capture_of(const EventView& event, leads::Fact fact) {
  fact.subject = event.first_contact();
  fact.fields.forget([](std::string_view name) { return name == "at"; });
  return fact;
}

// An analysis counts beside its conversation: each one has its outcome.
leads::Fact analysis_of(const EventView& event, leads::Fact fact) {
  fact.family = event.type;
  fact.subject = std::string{event.source} + "#" + std::string{event.id};
  fact.fields.state("at", "", event.stamp, 1);
  return fact;
}

}  // namespace

AnalyticsFold::AnalyticsFold(const FoldSettings& settings) : facts_(settings.rows_cached_max) {}

void AnalyticsFold::note(leads::Fact fact) {
  const auto [known, fresh] = batch_.try_emplace(fact.key(), fact);
  if (!fresh) known->second.merge(fact);
}

Status AnalyticsFold::read(const EventView& event) {
  const std::string_view family = event.family();
  if (family == "consent" || family == "touch" || (family == "lead" && event.type != "lead.captured"))
    return done();
  if (event.type == "lead.captured" && event.contacts.empty()) return done();
  auto fact = leads::stated_fact(event);
  if (!fact) return done();
  if (event.type == "conversation.analyzed") note(analysis_of(event, *fact));
  note(event.type == "lead.captured" ? capture_of(event, std::move(*fact)) : std::move(*fact));
  return done();
}

Status AnalyticsFold::load(Postgres& session) {
  for (const auto& [key, fact] : batch_) facts_.want({fact.tenant, fact.family, fact.subject});
  if (const auto loaded = facts_.load(session); !loaded) return loaded;
  for (const auto& [key, fact] : batch_) {
    const FactRow* row = facts_.find({fact.tenant, fact.family, fact.subject});
    if (row != nullptr && !leads::unpack_fact(row->packed))
      return must_stop("row", "analytics: a packed column of table facts cannot be read");
  }
  return done();
}

void AnalyticsFold::apply() {
  for (const auto& [key, news] : batch_) {
    const FactRow* row = facts_.find({news.tenant, news.family, news.subject});
    leads::Fact fact = news;
    if (row != nullptr) {
      const leads::Fact stored = *leads::unpack_fact(row->packed);
      fact.merge(stored);
      if (fact == stored) continue;
      quarters_.subtract(analytics::contribution(stored));
    }
    quarters_.add(analytics::contribution(fact));
    facts_.touch({news.tenant, news.family, news.subject}).packed = leads::pack(fact);
  }
}

WriteSet AnalyticsFold::take_writes() {
  WriteSet writes;
  facts_.take(writes);
  quarters_.take(writes);
  batch_.clear();
  return writes;
}

void AnalyticsFold::settled() {
  facts_.settled();
}

void AnalyticsFold::drop() {
  facts_.drop();
  quarters_.drop();
  batch_.clear();
}

}  // namespace trunkline::analytics
