#include "projections/people/people.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace trunkline::people {
namespace {

class Settling {
 public:
  explicit Settling(PeopleRows& rows) : rows_(rows) {}

  void unlink(const UnlinkStatement& statement) {
    Unlinks& own = rows_.ties(statement.contact).unlinks;
    Stamp& newest = statement.by == StatedBy::person ? own.person : own.inferred;
    newest = std::max(newest, statement.stamp);
    const Unlinks now = own;
    for (auto& [peer, link] : rows_.peers(statement.contact))
      if (!rows_.ties(peer).hub) change(statement.contact, peer, Link{{}, {}, now});
  }

  void link(const LinkStatement& statement) {
    if (statement.a == statement.b) return;
    const bool hub_a = rows_.ties(statement.a).hub, hub_b = rows_.ties(statement.b).hub;
    if (hub_a || hub_b) {
      if (!hub_a) know_hub(statement.a, statement.b);
      if (!hub_b) know_hub(statement.b, statement.a);
      return;
    }
    Link stated;
    (statement.by == StatedBy::person ? stated.person : stated.inferred) = statement.stamp;
    stated.unlinked = rows_.ties(statement.a).unlinks;
    stated.unlinked.merge(rows_.ties(statement.b).unlinks);
    rows_.peers(statement.a).try_emplace(statement.b);
    change(statement.a, statement.b, stated);
  }

  LinkChanges take() {
    LinkChanges changes;
    changes.links.assign(touched_.begin(), touched_.end());
    std::set<std::string> moved = flipped_;
    for (const std::string& contact : flipped_) settle_shared(contact, moved);
    changes.regroup.assign(moved.begin(), moved.end());
    std::set<std::string> ends;
    for (const auto& [end, other] : touched_) ends.insert(end);
    for (const std::string& end : ends)
      if (!rows_.ties(end).hub && rows_.peers(end).size() > peers_known_max) changes.hubs.push_back(end);
    return changes;
  }

 private:
  void know_hub(const std::string& contact, const std::string& hub) {
    if (rows_.peers(contact).try_emplace(hub).second) touched_.emplace(contact, hub);
  }

  void change(const std::string& a, const std::string& b, const Link& statement) {
    Link& link = rows_.peers(a)[b];
    const bool was_live = link.live();
    link.merge(statement);
    const bool is_live = link.live();
    const Link now = link;
    rows_.peers(b)[a] = now;
    touched_.emplace(a, b);
    touched_.emplace(b, a);
    if (was_live == is_live) return;
    flipped_.insert(a);
    flipped_.insert(b);
  }

  void settle_shared(const std::string& contact, std::set<std::string>& moved) {
    const bool shared = is_shared(rows_.peers(contact));
    Ties& ties = rows_.ties(contact);
    if (ties.shared == shared) return;
    ties.shared = shared;
    for (const auto& [peer, link] : rows_.peers(contact))
      if (link.live()) moved.insert(peer);
  }

  PeopleRows& rows_;
  std::set<std::pair<std::string, std::string>> touched_;
  std::set<std::string> flipped_;  // ends of links that became live or ceased to be
};

using Roots = std::unordered_map<std::string, std::string>;

const std::string& root_of(Roots& roots, const std::string& key) {
  std::string& above = roots.at(key);
  if (above == key) return above;
  above = root_of(roots, above);
  return above;
}

}  // namespace

void Unlinks::merge(const Unlinks& other) {
  person = std::max(person, other.person);
  inferred = std::max(inferred, other.inferred);
}

void Link::merge(const Link& other) {
  person = std::max(person, other.person);
  inferred = std::max(inferred, other.inferred);
  unlinked.merge(other.unlinked);
}

bool Link::live() const {
  const Stamp voided = std::max(unlinked.person, unlinked.inferred);
  if (person.stated() && person > voided) return true;
  return inferred.stated() && !unlinked.person.stated() && inferred > voided;
}

std::string contact_key(std::string_view tenant, std::string_view token) {
  std::string key{tenant};
  key.push_back('\0');
  return key.append(token);
}

std::string_view tenant_in(std::string_view key) {
  return key.substr(0, key.find('\0'));
}

std::string_view token_in(std::string_view key) {
  return key.substr(key.rfind('\0') + 1);
}

LinkChanges state_links(PeopleRows& rows, std::span<const LinkStatement> links,
                        std::span<const UnlinkStatement> unlinks) {
  Settling settling(rows);
  for (const UnlinkStatement& statement : unlinks) settling.unlink(statement);
  for (const LinkStatement& statement : links) settling.link(statement);
  return settling.take();
}

void settle_hubs(PeopleRows& rows, LinkChanges& changes) {
  if (changes.hubs.empty()) return;
  for (const std::string& hub : changes.hubs) rows.ties(hub).hub = rows.ties(hub).shared = true;
  std::set<std::string> moved(changes.regroup.begin(), changes.regroup.end()), freed;
  for (const std::string& hub : changes.hubs) {
    for (const auto& [peer, link] : rows.peers(hub)) {
      changes.links.emplace_back(peer, hub);
      if (rows.ties(peer).hub) continue;
      if (link.live()) freed.insert(peer);
      rows.peers(peer)[hub] = Link{};
    }
    changes.links.emplace_back(hub, hub);
    rows.peers(hub).clear();
    moved.insert(hub);
  }
  for (const std::string& contact : freed) {
    moved.insert(contact);
    Ties& ties = rows.ties(contact);
    const bool shared = is_shared(rows.peers(contact));
    if (ties.shared == shared) continue;
    ties.shared = shared;
    for (const auto& [peer, link] : rows.peers(contact))
      if (link.live()) moved.insert(peer);
  }
  changes.regroup.assign(moved.begin(), moved.end());
}

bool is_shared(const Peers& peers) {
  std::map<char, std::size_t> live;
  for (const auto& [peer, link] : peers)
    if (link.live() && ++live[token_in(peer).front()] > peers_max) return true;
  return false;
}

void regroup(PeopleRows& rows, std::span<const std::string> contacts) {
  Roots roots;
  for (const std::string& contact : contacts) roots.emplace(contact, contact);
  for (const std::string& contact : contacts) {
    if (rows.ties(contact).shared) continue;
    for (const auto& [peer, link] : rows.peers(contact)) {
      if (!link.live() || !roots.contains(peer) || rows.ties(peer).shared) continue;
      roots[root_of(roots, contact)] = root_of(roots, peer);
    }
  }
  std::unordered_map<std::string, std::vector<std::string>> groups;
  for (const std::string& contact : contacts)
    groups[root_of(roots, contact)].push_back(std::string{token_in(contact)});
  for (auto& [root, group] : groups) {
    std::sort(group.begin(), group.end());
    group.erase(std::unique(group.begin(), group.end()), group.end());
    if (group.size() == 1) group.clear();
  }
  for (const std::string& contact : contacts) rows.ties(contact).group = groups.at(root_of(roots, contact));
}

std::string_view lead_of(const Ties& ties, std::string_view token) {
  return ties.group.empty() ? token : std::string_view{ties.group.front()};
}

}  // namespace trunkline::people
