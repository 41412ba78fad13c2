// The fold of the analytics model: a fact's contribution out as it was, in as it is.
#pragma once
#include <unordered_map>

#include "projections/analytics/rows.hpp"
#include "projections/projection.hpp"
#include "projections/sums.hpp"
#include "projections/table.hpp"

namespace trunkline::analytics {

class AnalyticsFold final : public Fold {
 public:
  explicit AnalyticsFold(const FoldSettings& settings);

  Status read(const EventView& event) override;
  Status load(Postgres& session) override;
  void apply() override;
  WriteSet take_writes() override;
  void settled() override;
  void drop() override;

 private:
  void note(leads::Fact fact);

  Table<FactRow> facts_;
  Sums<Quarter> quarters_;
  std::unordered_map<std::string, leads::Fact> batch_;  // what the batch states, by fact_key
};

// Every quarter-hour against the facts (recount.cpp).
Result<std::vector<Difference>> recount(Postgres& snapshot);

}  // namespace trunkline::analytics
