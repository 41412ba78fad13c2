// The fold of the analytics model: a fact counts out as it was and in as it is.
//
//   read()   what the events state, merged by fact                                                   pure
//   load()   which call ids are one call → rows of calls and facts → rows of conversations that messages left
//            or came into
//   apply()  facts merged, counted, packed; nothing is asked any more                                pure
#pragma once
#include <unordered_map>

#include "projections/analytics/counts.hpp"
#include "projections/call_groups.hpp"
#include "projections/people/people.hpp"
#include "projections/projection.hpp"
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
  void begins_empty() override;

 private:
  // A fact of the batch beside what is stored of it.
  struct Changed {
    std::optional<leads::Fact> before;
    leads::Fact after;
  };
  struct CallNews {
    leads::Fact fact;
    std::vector<std::string> formerly;  // ids by which parts of it were known
    std::vector<leads::Fact> stored;
  };
  struct ConversationNews {
    std::string tenant, id;
    const leads::Fact* stated = nullptr;
    std::vector<Mark> gone, come;
    std::optional<Conversation> stored;
    Conversation after;
  };
  using Kept = std::unordered_map<std::string, leads::Fact>;

  static void note(leads::Fact fact, Kept& to);
  void join_calls();
  Status load_calls(Postgres& session);
  Status load_facts(Postgres& session);
  Status load_conversations(Postgres& session);
  ConversationNews& news_of(const std::string& tenant, std::string_view conversation);
  void forget_batch();
  void forget_news();
  void apply_call(CallNews& news);
  void apply_conversation(ConversationNews& news);

  CallGroups groups_;
  Table<PackedCall> calls_;
  Table<PackedConversation> conversations_;
  Table<FactRow> facts_;
  Counts counts_;

  Kept batch_calls_, batch_conversations_, batch_facts_;  // what the batch states, by fact_key
  std::unordered_map<std::string, CallNews> call_news_;   // by contact_key of the call
  std::vector<Changed> changed_;
  std::unordered_map<std::string, ConversationNews> conversation_news_;
  // What changed rows are packed of.
  std::unordered_map<const PackedCall*, const leads::Fact*> of_call_;
  std::unordered_map<const PackedConversation*, const Conversation*> of_conversation_;
};

// Calls, conversations and every sum against the facts (recount.cpp).
Result<std::vector<Difference>> recount(Postgres& snapshot);

}  // namespace trunkline::analytics
