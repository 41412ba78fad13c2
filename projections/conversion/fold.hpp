// The fold of the conversion model (projections/projection.hpp says when what is called).
//
//   read()   batch.cpp: what the events state                                                  pure
//   load()   of whom statements were said before → which ids are one call → facts of the batch, as they were
//   → contact points that had or have them,
//            their leads' members → what links and un-links move
//   apply()  statements are merged; entries of facts go out as they were and in as they are    pure
//   take_writes()  rows are packed; leads and journeys are derived from members
#pragma once
#include <unordered_map>

#include "projections/call_groups.hpp"
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
  // What the batch says of a fact, and the calls that turned out to be the same one.
  struct News {
    leads::Fact fact;
    std::vector<std::string> formerly;
  };
  using AllNews = std::unordered_map<std::string, News>;  // by fact_key
  struct Placed {
    std::string contact;  // key; empty: nobody's
    Entries entries;      // their texts live in the pool
    bool operator==(const Placed&) const = default;
  };
  // A fact that the batch changes, and where its entries were and are.
  struct MergedFact {
    leads::Fact fact;
    std::vector<std::string> formerly;
    std::vector<Placed> before;
    Placed after;
  };
  Status load_statements(Postgres& session, std::vector<std::string>& contacts);
  void apply_said(const Said& said);
  Result<AllNews> join_calls(Postgres& session);
  Status load_facts(Postgres& session);
  Result<std::vector<leads::Fact>> stored_of(const News& news) const;
  void merge_fact(News news, const std::vector<leads::Fact>& stored);
  Placed placed(const leads::Fact& fact);
  void move_entries(const MergedFact& merged);
  Entries kept(Entries entries);
  void forget_batch();

  CallGroups groups_;
  Table<leads::PackedFact> facts_;
  Table<StatementRow> statements_;
  Table<ContactRow> contacts_;
  Table<people::PeersRow> peers_;
  TextPool texts_;         // of what is noted: until the batch ends
  TextPool loaded_texts_;  // of rows brought: until the batch ends or is loaded anew
  LoadedContacts loaded_;
  Batch batch_;
  std::vector<MergedFact> merged_;
  std::unordered_map<const leads::PackedFact*, const leads::Fact*>
      of_row_;  // those in merged_, by their rows
};

// Facts' columns, ids of calls, whose statements are, contacts' entries of facts, leads and journeys, counted
// anew (recount.cpp).
Result<std::vector<Difference>> recount(Postgres& snapshot);

}  // namespace trunkline::conversion
