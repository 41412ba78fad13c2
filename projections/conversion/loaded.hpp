// The contact points that a batch reaches: brought set-wise, unpacked once, changed in memory, written back
// packed, with the leads and journeys that follow from them.
#pragma once
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "projections/conversion/contact.hpp"
#include "projections/conversion/rows.hpp"
#include "projections/people/reach.hpp"

namespace trunkline::conversion {

class LoadedContacts final : public people::Reach {
 public:
  LoadedContacts(Table<ContactRow>& contacts, Table<people::PeersRow>& peers, TextPool& texts)
      : Reach(peers), contact_rows_(contacts), texts_(texts) {}

  Contact& contact(const std::string& key) { return contacts_.at(key); }  // brought before
  people::Ties& ties(const std::string& key) override { return contact(key).ties; }
  bool is_new(const std::string& key) const;  // there was no row

  // A conversion left its contact point: its journey goes, unless some lead has it again.
  void conversion_left(std::string_view tenant, std::string_view conversion);

  // Writes the changed rows into the tables and appends those of leads and journeys.
  void store(WriteSet& writes);
  void clear();

 private:
  struct Writes;
  Status bring_rows(Postgres& session, std::span<const std::string> keys) override;
  void store_lead(const std::string& head, Writes& writes);
  void store_contact(const std::string& key);

  Table<ContactRow>& contact_rows_;
  TextPool& texts_;
  std::unordered_map<std::string, Contact> contacts_;
  std::unordered_set<std::string> left_;  // tenant NUL conversion
};

}  // namespace trunkline::conversion
