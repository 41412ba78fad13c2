// First and last moments of the facts that a batch leaves alone: asked only for contacts whose own first or
// last fact moved away. The stored facts may lag behind the cache by batches that are still being committed,
// so those facts are left out of the query and looked at in the cache.
#pragma once
#include <deque>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/postgres.hpp"
#include "projections/leads/rows.hpp"
#include "projections/leads/totals.hpp"
#include "projections/table.hpp"

namespace trunkline::leads {

// A fact whose contribution a batch changed, and the contacts (keys) that had or have it.
struct ChangedFact {
  std::string tenant, family, subject;
  std::string contact_before, contact_after;
};

class FormerMoments {
 public:
  explicit FormerMoments(Table<PackedFact>& facts) : facts_(facts) {}

  void changed(ChangedFact fact) { batch_.push_back(std::move(fact)); }
  // For each of these contacts (keys) the ranges over all its facts but those changed by this batch.
  Result<std::unordered_map<std::string, Ranges>> look_up(Postgres& session,
                                                          const std::unordered_set<std::string>& contacts);
  void restart() { batch_.clear(); }  // the batch's facts will be told again
  void taken();                       // the batch ends; its facts are uncommitted until settled()
  void settled() { unsettled_.pop_front(); }
  void drop();

 private:
  Table<PackedFact>& facts_;
  std::vector<ChangedFact> batch_;
  std::deque<std::vector<ChangedFact>> unsettled_;
  bool indexed_ = false;  // a build leaves the index out until it is needed
};

}  // namespace trunkline::leads
