// The contact points that a batch reaches, with their peers where links changed: brought set-wise from the
// tables, unpacked once, changed in memory, written back packed. What links change is loaded as far as it
// reaches: who is no longer (or newly) shared moves its peers' leads too.
#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "projections/leads/contact.hpp"
#include "projections/leads/lead_row.hpp"
#include "projections/leads/rows.hpp"
#include "projections/table.hpp"

namespace trunkline::leads {

class LoadedContacts final : public PeopleRows {
 public:
  LoadedContacts(Table<ContactRow>& contacts, Table<PeersRow>& peers)
      : contact_rows_(contacts), peer_rows_(peers) {}

  // Brings these contacts and all other members of their leads. Contacts that have no row yet begin empty.
  Status bring(Postgres& session, std::span<const std::string> keys);
  // Folds links and un-links in, bringing what they reach.
  Status relink(Postgres& session, std::span<const LinkStatement> links,
                std::span<const UnlinkStatement> unlinks);

  Contact& contact(const std::string& key);                      // brought before
  void change(const std::string& key) { changed_.insert(key); }  // its row and its lead's will be written
  Ties& ties(const std::string& key) override { return contact(key).ties; }
  Peers& peers(const std::string& key) override { return peers_.at(key); }

  // Writes the changed rows into the tables and appends those of leads, including leads that ceased to be.
  void store(WriteSet& writes);
  void clear();

 private:
  struct Loaded {
    Contact contact;
    std::string lead_before;  // empty: there was no row
  };
  Status bring_rows(Postgres& session, std::span<const std::string> keys);
  Status bring_peers(Postgres& session, std::span<const std::string> keys);
  std::vector<std::string> members_around(std::span<const std::string> keys) const;
  bool store_contact(const std::string& key);

  Table<ContactRow>& contact_rows_;
  Table<PeersRow>& peer_rows_;
  std::unordered_map<std::string, Loaded> contacts_;
  std::unordered_map<std::string, Peers> peers_;
  std::unordered_set<std::string> changed_, peers_changed_;
};

}  // namespace trunkline::leads
