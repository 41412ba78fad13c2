// The fold of the conversion model (projections/projection.hpp says when what is called).
//
//   read()   batch.cpp: what the events state                                                  pure
//   load()   facts of the batch, as they were → contact points that had or have them, their leads' members →
//            what links and un-links move
//   apply()  statements are merged; entries of facts go out as they were and in as they are    pure
//   take_writes()  rows are packed; leads and journeys are derived from members
#pragma once
#include "projections/conversion/batch.hpp"
#include "projections/conversion/loaded.hpp"
#include "projections/leads/packed_fact.hpp"
#include "projections/projection.hpp"

namespace trunkline::conversion {

class ConversionFold final : public Fold {
 public:
  explicit ConversionFold(const FoldSettings& settings);

  Status read(const EventView& event) override;
  Status load(Postgres& session) override;
  void apply() override;
  WriteSet take_writes() override;
  void settled() override;
  void drop() override;
  void begins_empty() override;

 private:
  // A fact that the batch changes, and whose entries it had and has.
  struct MergedFact {
    leads::Fact fact;
    std::string contact_before, contact_after;  // keys; empty: nobody's
    Entries before, after;                      // their texts live in the pool
  };
  Status load_facts(Postgres& session);
  void merge_fact(const leads::Fact& news, const leads::Fact* stored);
  void move_entries(const MergedFact& merged);
  Entries kept(Entries entries);
  void forget_batch();

  Table<leads::PackedFact> facts_;
  Table<ContactRow> contacts_;
  Table<people::PeersRow> peers_;
  TextPool texts_;         // of what is noted: until the batch ends
  TextPool loaded_texts_;  // of rows brought: until the batch ends or is loaded anew
  LoadedContacts loaded_;
  Batch batch_;
  std::vector<MergedFact> merged_;
};

// Facts' columns, contacts' entries of facts, leads and journeys, counted anew (recount.cpp).
Result<std::vector<Difference>> recount(Postgres& snapshot);

}  // namespace trunkline::conversion
