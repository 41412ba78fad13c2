#include "projections/leads/inheriting.hpp"

#include <unordered_set>

#include "projections/people/people.hpp"

namespace trunkline::leads {

Result<std::vector<MessageKey>> Inheriting::of(Postgres& session,
                                               const std::vector<ConversationKey>& conversations) const {
  std::vector<MessageKey> found;
  if (conversations.empty()) return found;
  std::vector<std::string> tenants, ids;
  std::unordered_set<std::string> wanted;
  for (const auto& [tenant, conversation] : conversations) {
    tenants.push_back(tenant);
    ids.push_back(conversation);
    wanted.insert(people::contact_key(tenant, conversation));
  }
  for (const auto& batch : unsettled_)
    for (const Message& message : batch)
      if (wanted.contains(people::contact_key(message.tenant, message.conversation)))
        found.push_back({message.tenant, message.subject});
  const auto rows = session.fetch(
      "SELECT f.tenant, f.subject FROM unnest($1::text[], $2::text[]) AS k(tenant, conversation)"
      " JOIN facts f ON f.tenant = k.tenant AND f.conversation_id = k.conversation AND f.inherits",
      Params{}.texts(tenants).texts(ids));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i)
    found.push_back({std::string{*rows->value(i, 0)}, std::string{*rows->value(i, 1)}});
  return found;
}

void Inheriting::taken() {
  unsettled_.push_back(std::move(batch_));
  batch_.clear();
}

void Inheriting::drop() {
  batch_.clear();
  unsettled_.clear();
}

}  // namespace trunkline::leads
