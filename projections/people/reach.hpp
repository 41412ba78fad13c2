// The contact points that a batch of statements about people reaches, brought set-wise. What links change is
// loaded as far as it reaches: who is no longer (or newly) shared moves its peers' leads too. A model keeps a
// contact's ties in a row of its own and brings that; the rows of peers are the same in every model.
#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "projections/people/people.hpp"
#include "projections/table.hpp"

namespace trunkline::people {

struct PeersRow {
  std::string tenant, contact;
  std::string packed;

  static constexpr std::string_view table = "peers";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &PeersRow::tenant), column("contact", &PeersRow::contact),
                      column("packed", &PeersRow::packed));
};

class Reach : public PeopleRows {
 public:
  explicit Reach(Table<PeersRow>& peers) : peer_rows_(peers) {}

  // Brings these contacts and all other members of their leads. Contacts that have no row yet begin empty.
  Status bring(Postgres& session, std::span<const std::string> keys);
  // Folds links and un-links in, bringing what they reach.
  Status relink(Postgres& session, std::span<const LinkStatement> links,
                std::span<const UnlinkStatement> unlinks);

  void change(const std::string& key) { changed_.insert(key); }  // its row and its lead's will be written
  Peers& peers(const std::string& key) override { return peers_.at(key); }

 protected:
  // Brings the rows of these contacts; those already there are left alone.
  virtual Status bring_rows(Postgres& session, std::span<const std::string> keys) = 0;

  std::vector<std::string> members_around(std::span<const std::string> keys);  // brought before; sorted
  const std::unordered_set<std::string>& changed() const { return changed_; }
  void store_peers();  // into their table
  void clear();

 private:
  Status bring_peers(Postgres& session, std::span<const std::string> keys);

  Table<PeersRow>& peer_rows_;
  std::unordered_map<std::string, Peers> peers_;
  std::unordered_set<std::string> changed_, peers_changed_;
};

}  // namespace trunkline::people
