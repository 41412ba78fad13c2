// Messages that name nobody and so belong to whom their conversation is with: which of them must move when
// that turns out to be somebody else. The stored facts may lag behind the cache by batches that are still
// being committed, so messages of those are remembered here.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "core/postgres.hpp"
#include "projections/leads/fact.hpp"

namespace trunkline::leads {

struct ConversationKey {
  std::string tenant, conversation;
};
struct MessageKey {
  std::string tenant, subject;
};

class Inheriting {
 public:
  void note(const Fact& message) {
    batch_.push_back({message.tenant, message.subject, std::string{message.fields.value("conversation_id")}});
  }
  // Candidates: whoever asks looks at their rows. Some may come twice.
  Result<std::vector<MessageKey>> of(Postgres& session,
                                     const std::vector<ConversationKey>& conversations) const;

  void restart() { batch_.clear(); }
  void taken();
  void settled() { unsettled_.pop_front(); }
  void drop();

 private:
  struct Message {
    std::string tenant, subject, conversation;
  };
  std::vector<Message> batch_;
  std::deque<std::vector<Message>> unsettled_;
};

}  // namespace trunkline::leads
