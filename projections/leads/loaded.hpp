// The contact points that a batch reaches: brought set-wise from the tables, unpacked once, changed in
// memory, written back packed, with the leads that follow from them.
#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "projections/leads/contact.hpp"
#include "projections/leads/lead_row.hpp"
#include "projections/leads/rows.hpp"
#include "projections/people/reach.hpp"

namespace trunkline::leads {

class LoadedContacts final : public Reach {
 public:
  LoadedContacts(Table<ContactRow>& contacts, Table<PeersRow>& peers)
      : Reach(peers), contact_rows_(contacts) {}

  Contact& contact(const std::string& key);  // brought before
  Ties& ties(const std::string& key) override { return contact(key).ties; }

  // Writes the changed rows into the tables and appends those of leads, including leads that ceased to be.
  void store(WriteSet& writes);
  void clear();

 private:
  struct Loaded {
    Contact contact;
    std::string lead_before;  // empty: there was no row
  };
  Status bring_rows(Postgres& session, std::span<const std::string> keys) override;
  bool store_contact(const std::string& key);

  Table<ContactRow>& contact_rows_;
  std::unordered_map<std::string, Loaded> contacts_;
};

}  // namespace trunkline::leads
