#include "projections/people/reach.hpp"

#include <set>

namespace trunkline::people {

std::vector<std::string> Reach::members_around(std::span<const std::string> keys) {
  std::set<std::string> members;
  for (const std::string& key : keys) {
    members.insert(key);
    for (const std::string& token : ties(key).group) members.insert(contact_key(tenant_in(key), token));
  }
  return {members.begin(), members.end()};
}

Status Reach::bring(Postgres& session, std::span<const std::string> keys) {
  if (const auto brought = bring_rows(session, keys); !brought) return brought;
  return bring_rows(session, members_around(keys));
}

Status Reach::bring_peers(Postgres& session, std::span<const std::string> keys) {
  std::vector<std::string> missing;
  for (const std::string& key : keys) {
    if (peers_.contains(key)) continue;
    peer_rows_.want({tenant_in(key), token_in(key)});
    missing.push_back(key);
  }
  if (const auto loaded = peer_rows_.load(session); !loaded) return loaded;
  for (const std::string& key : missing) {
    const PeersRow* row = peer_rows_.find({tenant_in(key), token_in(key)});
    auto peers = row == nullptr ? Peers{} : unpack_peers(tenant_in(key), row->packed);
    if (!peers) return must_stop("row", "a packed column of table peers cannot be read");
    peers_[key] = std::move(*peers);
  }
  return done();
}

Status Reach::relink(Postgres& session, std::span<const LinkStatement> links,
                     std::span<const UnlinkStatement> unlinks) {
  if (links.empty() && unlinks.empty()) return done();
  std::vector<std::string> named, around;
  for (const auto& link : links) named.insert(named.end(), {link.a, link.b});
  for (const auto& unlink : unlinks) named.push_back(unlink.contact);
  if (const auto brought = bring(session, named); !brought) return brought;
  if (const auto brought = bring_peers(session, named); !brought) return brought;
  for (const auto& unlink : unlinks)
    for (const auto& [peer, link] : peers_.at(unlink.contact)) around.push_back(peer);
  if (const auto brought = bring_rows(session, around); !brought) return brought;
  if (const auto brought = bring_peers(session, around); !brought) return brought;

  LinkChanges changes = state_links(*this, links, unlinks);
  for (const std::string& hub : changes.hubs) {
    std::vector<std::string> peers;
    for (const auto& [peer, link] : peers_.at(hub)) peers.push_back(peer);
    if (const auto brought = bring(session, peers); !brought) return brought;
    if (const auto brought = bring_peers(session, peers); !brought) return brought;
    for (const std::string& peer : peers) change(peer);
  }
  settle_hubs(*this, changes);
  for (const auto& [end, other] : changes.links) peers_changed_.insert(end);
  for (const std::string& key : named) change(key);
  if (const auto brought = bring(session, changes.regroup); !brought) return brought;
  const std::vector<std::string> reached = members_around(changes.regroup);
  if (const auto brought = bring_peers(session, reached); !brought) return brought;
  regroup(*this, reached);
  for (const std::string& key : reached) change(key);
  return done();
}

void Reach::store_peers() {
  for (const std::string& key : peers_changed_)
    peer_rows_.touch({tenant_in(key), token_in(key)}).packed = pack(peers_.at(key));
}

void Reach::clear() {
  peers_.clear();
  changed_.clear();
  peers_changed_.clear();
}

}  // namespace trunkline::people
