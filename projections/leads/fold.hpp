// The fold of the leads model (projections/projection.hpp says when what is called).
//
//   read()   batch.cpp: what the events state, merged                                        pure
//   load()   facts of the batch → contributions, old and new → contacts and their leads' members → what links
//   and
//            un-links move → first and last moments that went away → names and literals to open
//   apply()  contacts: details, figures, openings, erasure; nothing is asked any more         pure
//   take_writes()  packs rows; leads are derived from their members
#pragma once
#include "projections/leads/batch.hpp"
#include "projections/leads/former_moments.hpp"
#include "projections/leads/loaded.hpp"
#include "projections/projection.hpp"

namespace trunkline::leads {

class LeadsFold final : public Fold {
 public:
  explicit LeadsFold(const FoldSettings& settings);

  Status read(const EventView& event) override;
  Status load(Postgres& session) override;
  void apply() override;
  WriteSet take_writes() override;
  void settled() override;
  void drop() override;

 private:
  Status load_facts(Postgres& session);
  Status load_contacts(Postgres& session);
  Status load_moments(Postgres& session);
  Status open_names();
  Status open_jobs(const std::vector<const ToOpen*>& jobs);
  bool wants_opening(const ToOpen& job);
  void keep_opened(const ToOpen& job, const Opened& opened);
  void merge_fact(const Fact& news, const FactRow* row);

  struct MergedFact {
    Fact fact;
    Contribution to;
  };
  KeyStore* keys_;
  Table<FactRow> facts_;
  Table<ContactRow> contacts_;
  Table<PeersRow> peers_;
  LoadedContacts loaded_;
  FormerMoments former_;

  Batch batch_;
  std::vector<MergedFact> merged_;                         // facts that the batch changes
  std::unordered_map<std::string, TotalsChange> changes_;  // by contact
  std::unordered_map<std::string, Ranges> ranges_;         // of contacts whose first or last fact moved away
};

// Every readable column and figure against the facts, every lead against its members (recount.cpp).
Result<std::vector<Difference>> recount(Postgres& snapshot);

std::unique_ptr<Fold> make_fold(const FoldSettings& settings);

}  // namespace trunkline::leads
