// The facts of one batch, gathered by contact: what read() keeps of the events until apply().
#pragma once
#include <string>
#include <vector>

#include "projections/key_index.hpp"
#include "projections/lead_desk/facts.hpp"

namespace trunkline::desk {

class BatchFacts {
 public:
  struct Contact {
    std::string tenant, token;
    std::uint32_t newest_fact = KeyIndex::none;
  };

  enum class Seen { first, again };
  // Copies the fact's text. Says whether the contact is new in this batch.
  Seen add(std::string_view tenant, std::string_view token, const Fact& fact);

  const std::vector<Contact>& contacts() const { return contacts_; }
  void facts_of(const Contact& contact, Facts& facts) const;  // texts live until clear()
  void clear();

 private:
  struct Kept {
    Fact fact;  // its text is in texts_
    std::uint32_t text_at;
    std::uint32_t older;  // of the same contact
  };

  std::vector<Contact> contacts_;
  KeyIndex index_;
  std::vector<Kept> kept_;
  std::string texts_;
};

}  // namespace trunkline::desk
