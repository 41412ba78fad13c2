#include "projections/lead_desk/batch_facts.hpp"

#include "projections/columns.hpp"

namespace trunkline::desk {

BatchFacts::Seen BatchFacts::add(std::string_view tenant, std::string_view token, const Fact& fact) {
  const std::size_t hash = hash_of(std::tuple{tenant, token});
  std::uint32_t at = index_.find(hash, [&](std::uint32_t slot) {
    return contacts_[slot].token == token && contacts_[slot].tenant == tenant;
  });
  const bool fresh = at == KeyIndex::none;
  if (fresh) {
    at = static_cast<std::uint32_t>(contacts_.size());
    contacts_.push_back({std::string{tenant}, std::string{token}, KeyIndex::none});
    index_.insert(hash, at);
  }
  kept_.push_back({fact, static_cast<std::uint32_t>(texts_.size()), contacts_[at].newest_fact});
  texts_.append(fact.text);
  contacts_[at].newest_fact = static_cast<std::uint32_t>(kept_.size() - 1);
  return fresh ? Seen::first : Seen::again;
}

void BatchFacts::facts_of(const Contact& contact, Facts& facts) const {
  facts.clear();
  for (std::uint32_t at = contact.newest_fact; at != KeyIndex::none; at = kept_[at].older) {
    Fact& fact = facts.emplace_back(kept_[at].fact);
    fact.text = std::string_view{texts_}.substr(kept_[at].text_at, fact.text.size());
  }
}

void BatchFacts::clear() {
  contacts_.clear();
  index_.clear();
  kept_.clear();
  texts_.clear();
}

}  // namespace trunkline::desk
