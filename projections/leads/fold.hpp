// The fold of the leads model (projections/projection.hpp says when what is called).
//
//   read()   batch.cpp: what the events state, merged                                        pure
//   load()   which call ids are one call → facts of the batch → messages that take their conversation's
//   contact
//            → contributions, old and new → contacts and their leads' members → what links
//   and
//            un-links move → first and last moments that went away → names and literals to open
//   apply()  contacts: details, figures, openings, erasure; nothing is asked any more         pure
//   take_writes()  packs rows; leads are derived from their members
#pragma once
#include <deque>
#include <memory>
#include <unordered_set>

#include "projections/call_groups.hpp"
#include "projections/leads/batch.hpp"
#include "projections/leads/former_moments.hpp"
#include "projections/leads/inheriting.hpp"
#include "projections/leads/loaded.hpp"
#include "projections/projection.hpp"

namespace trunkline::leads {

struct HashOfStamp {
  std::size_t operator()(const Stamp& stamp) const { return stamp.tie; }  // of a content's hash
};

class LeadsFold final : public Fold {
 public:
  explicit LeadsFold(const FoldSettings& settings);

  Status read(const EventView& event) override;
  Status load(Postgres& session) override;
  void apply() override;
  WriteSet take_writes() override;
  void settled() override;
  void drop() override;
  void begins_empty() override;

 private:
  Status load_facts(Postgres& session);
  Status load_contacts(Postgres& session);
  Status load_moments(Postgres& session);
  void take_texts(WriteSet& writes);
  void forget_batch();
  void forget_facts();
  Status open_names();
  Status open_jobs(const std::vector<const ToOpen*>& jobs);
  bool wants_opening(const ToOpen& job);
  void keep_opened(const ToOpen& job, const Opened& opened);
  // What the batch states of a fact, beside what is stored of it.
  struct News {
    const Fact* fact = nullptr;  // in batch_, or `own`
    std::unique_ptr<Fact> own;   // a call told under several ids; a message that follows its conversation
    std::vector<std::string> formerly;  // ids by which parts of a call were known
    std::vector<Fact> stored;
  };
  using AllNews = std::deque<News>;  // a place for each: merged_ may point at its fact
  Status join_calls(Postgres& session);
  static void tell_call(const Fact& fact, const std::string& call, News& news);
  Status load_rows(Postgres& session, AllNews& news);
  Status take_up_inheriting(Postgres& session);
  const Fact& merged_of(const News& news);
  Fact& copy_of(const Fact& fact) { return remade_.emplace_back(fact); }
  void settle_fact(const News& news, const Fact& merged);  // which outlives the batch's load()
  void settle_conversation(const News& news);
  void settle_message(const News& news);

  KeyStore* keys_;
  Table<PackedFact> facts_;
  Table<ContactRow> contacts_;
  Table<PeersRow> peers_;
  LoadedContacts loaded_;
  FormerMoments former_;
  CallGroups groups_;
  Inheriting inheriting_;

  Batch batch_;
  AllNews news_;
  std::deque<Fact> remade_;          // facts that are more than what one of the news says
  std::vector<const Fact*> merged_;  // facts that the batch changes, in batch_, news_ or remade_
  std::unordered_map<const PackedFact*, const Fact*> of_row_;  // the same, by their rows
  std::vector<Fact> gone_;                                     // calls that are part of another now
  std::unordered_set<Stamp, HashOfStamp> texts_to_write_;  // of statements with a sealed part not yet stored
  std::unordered_map<std::string, std::string> with_;  // the batch's conversations: with whom, by contact_key
  std::vector<ConversationKey> moved_conversations_;   // with somebody else than was known
  std::unordered_map<std::string, TotalsChange> changes_;  // by contact
  std::unordered_map<std::string, Ranges> ranges_;         // of contacts whose first or last fact moved away
};

// Every readable column and figure against the facts, every lead against its members (recount.cpp).
Result<std::vector<Difference>> recount(Postgres& snapshot);

std::unique_ptr<Fold> make_fold(const FoldSettings& settings);

}  // namespace trunkline::leads
