// The sums counted anew from the facts; calls and conversations against what is packed in them,
// conversations' moments against the messages.
#include "projections/recount.hpp"

#include <map>

#include "projections/analytics/fold.hpp"

namespace trunkline::analytics {
namespace {

class Recount {
 public:
  void call(const CallRow& row) {
    const auto fact = unpack_call({row.tenant, row.call, row.packed});
    if (!fact) return damaged(CallRow::table, key_text(row));
    compare_row(row, call_row(*fact, leads::pack(*fact)), differences_);
    count_call(*fact, Count::in, counts_);
  }

  void fact(const FactRow& row) {
    const auto fact = leads::unpack_fact(row);
    if (!fact) return damaged(FactRow::table, key_text(row));
    count_fact(*fact, Count::in, counts_);
    if (fact->family != "message") return;
    if (const auto mark = mark_of(*fact))
      marks_[people::contact_key(fact->tenant, fact->fields.value("conversation_id"))].push_back(*mark);
  }

  // After all facts.
  void conversation(const ConversationRow& row) {
    auto conversation = unpack_conversation({row.tenant, row.conversation, row.packed});
    if (!conversation) return damaged(ConversationRow::table, key_text(row));
    const auto marks = marks_.extract(people::contact_key(row.tenant, row.conversation));
    conversation->marks = marks.empty() ? std::vector<Mark>{} : std::move(marks.mapped());
    std::sort(conversation->marks.begin(), conversation->marks.end());
    compare_row(row, conversation_row(*conversation, pack(*conversation)), differences_);
    if (!conversation->empty()) count_conversation(nullptr, &*conversation, counts_);
  }

  void call_id(const CallIdRow& row) {
    const CallGroup group = unpack_call_group(row.packed);
    if (group.empty()) return damaged(CallIdRow::table, key_text(row));
    compare_row(row, CallIdRow{row.tenant, row.id, std::string{call_of(group)}, row.packed}, differences_);
  }

  Status compare(Postgres& snapshot) {
    for (const auto& [key, marks] : marks_)
      note(differences_,
           {std::string{ConversationRow::table}, key.substr(key.find('\0') + 1), "", "no such row", "a row"});
    if (const auto compared = compare_sums(snapshot, counts_.quarters, differences_); !compared)
      return compared;
    return compare_sums(snapshot, counts_.words, differences_);
  }

  std::vector<Difference> take() { return std::move(differences_); }

 private:
  void damaged(std::string_view table, std::string key) {
    note(differences_, {std::string{table}, std::move(key), "packed", "unreadable", "a packed row"});
  }

  Counts counts_;
  std::map<std::string, std::vector<Mark>> marks_;  // by conversation
  std::vector<Difference> differences_;
};

}  // namespace

Result<std::vector<Difference>> recount(Postgres& snapshot) {
  Recount recount;
  Status status = for_each_row<CallRow>(snapshot, [&](const CallRow& row) { recount.call(row); });
  if (status) status = for_each_row<CallIdRow>(snapshot, [&](const CallIdRow& row) { recount.call_id(row); });
  if (status) status = for_each_row<FactRow>(snapshot, [&](const FactRow& row) { recount.fact(row); });
  if (status)
    status = for_each_row<ConversationRow>(snapshot,
                                           [&](const ConversationRow& row) { recount.conversation(row); });
  if (status) status = recount.compare(snapshot);
  if (!status) return status.error();
  return recount.take();
}

}  // namespace trunkline::analytics
