#include "projections/lead_history.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "core/history/reader.hpp"
#include "projections/people/links.hpp"

namespace trunkline {
namespace {

using Key = HistoryIndex::Key;

constexpr std::size_t events_max = 200'000;
constexpr std::size_t offsets_at_once = 4'096;

// Links and un-links, folded as far as they were told.
class Told final : public people::PeopleRows {
 public:
  people::Ties& ties(const std::string& key) override { return ties_[key]; }
  people::Peers& peers(const std::string& key) override { return peers_[key]; }

  void tell(const EventView& event) {
    const auto links = people::stated_links(event);
    std::vector<people::UnlinkStatement> unlinks;
    if (const auto unlink = people::stated_unlink(event)) unlinks.push_back(*unlink);
    people::state_links(*this, links, unlinks);
  }

  // Once all links of the contact were told, or more than a hub needs.
  bool is_hub(const std::string& key) { return peers(key).size() > people::peers_known_max; }
  // Besides, all that links or un-links its peers.
  bool is_shared(const std::string& key) { return is_hub(key) || people::is_shared(without_hubs(key)); }

 private:
  people::Peers without_hubs(const std::string& key) {
    people::Peers all = peers(key);
    std::erase_if(all, [this](const auto& peer) { return is_hub(peer.first); });
    return all;
  }

  std::map<std::string, people::Ties> ties_;
  std::map<std::string, people::Peers> peers_;
};

class LeadHistory {
 public:
  LeadHistory(Log& log, const HistoryIndex& index, const TenantId& tenant, Position end)
      : log_(log), index_(index), tenant_(tenant), end_(end) {}

  Result<std::vector<Offset>> of(const Token& contact) {
    const auto members = members_of(people::contact_key(tenant_.value(), contact.value()));
    if (!members) return members.error();
    for (const std::string& member : *members)
      if (auto status = look_up(Key::contact, people::token_in(member)); !status) return status.error();
    if (auto status = follow_facts(); !status) return status.error();
    return std::vector<Offset>(found_.begin(), found_.end());
  }

 private:
  // What names this, below the end; the new ones are put to found_ and given.
  Result<std::vector<Offset>> look(Key kind, std::string_view value) {
    std::vector<Offset> all;
    for (Offset from{0}; from < end_.next;) {
      const auto fresh = look_once(kind, value, from);
      if (!fresh) return fresh.error();
      all.insert(all.end(), fresh->begin(), fresh->end());
    }
    return all;
  }

  // The same of the next offsets; `from` moves behind them, to the end when there are no more.
  Result<std::vector<Offset>> look_once(Key kind, std::string_view value, Offset& from) {
    const auto offsets = index_.find(tenant_, kind, value, from, offsets_at_once);
    if (!offsets) return offsets.error();
    std::vector<Offset> fresh;
    for (const Offset offset : *offsets)
      if (offset < end_.next && found_.insert(offset).second) fresh.push_back(offset);
    if (found_.size() > events_max)
      return rejected("too_large", "this lead's history has more than " + std::to_string(events_max) +
                                       " events: too many to be folded for one answer");
    from = offsets->size() < offsets_at_once ? end_.next : offsets->back() + 1;
    return fresh;
  }

  Status read(const std::vector<Offset>& offsets, const std::function<void(const EventView&)>& visit) {
    return read_records(log_, end_.partition, offsets, [&](const Record& record) -> Result<bool> {
      const auto event = view_event(parser_, record.document);
      if (event) visit(*event);
      return true;
    });
  }

  // What links or un-links this contact; of a hub as much as shows that it is one. A link found here may have
  // been told before.
  Status read_links(const std::string& contact) {
    for (Offset from{0}; from < end_.next && !told_.is_hub(contact);) {
      const auto fresh = look_once(Key::link, people::token_in(contact), from);
      if (!fresh) return fresh.error();
      const auto told = read(*fresh, [this](const EventView& event) { told_.tell(event); });
      if (!told) return told;
    }
    return done();
  }

  // As far as links are known by now: those whose live links lead there, over nobody who is shared.
  std::set<std::string> component(const std::string& contact) {
    std::set<std::string> members{contact};
    std::vector<std::string> open{contact};
    while (!open.empty()) {
      const std::string from = std::move(open.back());
      open.pop_back();
      if (told_.is_shared(from)) continue;
      for (const auto& [peer, link] : told_.peers(from))
        if (link.live() && !told_.is_shared(peer) && members.insert(peer).second) open.push_back(peer);
    }
    return members;
  }

  // Whether a link lives needs both ends' un-links, whether a peer is shared all of its links and which of
  // its peers un-linked or are hubs: read until nothing more is needed.
  Result<std::set<std::string>> members_of(const std::string& contact) {
    std::set<std::string> known;
    for (;;) {
      std::set<std::string> members = component(contact);
      std::set<std::string> needed = members;
      for (const std::string& member : members) {
        if (told_.is_hub(member)) continue;
        for (const auto& [peer, link] : told_.peers(member)) {
          needed.insert(peer);
          if (told_.is_hub(peer) || (!told_.is_shared(peer) && !told_.is_shared(member))) continue;
          for (const auto& [theirs, unused] : told_.peers(peer)) needed.insert(theirs);
        }
      }
      std::erase_if(needed, [&](const std::string& each) { return known.contains(each); });
      if (needed.empty()) return members;
      for (const std::string& each : needed)
        if (auto status = read_links(each); !status) return status.error();
      known.merge(needed);
    }
  }

  Status look_up(Key kind, std::string_view value) {
    const auto fresh = look(kind, value);
    return fresh ? done() : Status{fresh.error()};
  }

  // A fact's statements need not name its contact (the recording of a call, a message's status), or may name
  // another one.
  Status follow_facts() {
    std::vector<Offset> unread(found_.begin(), found_.end());
    std::set<std::pair<Key, std::string>> known;
    while (!unread.empty()) {
      std::set<std::pair<Key, std::string>> named;
      const auto status = read(unread, [&](const EventView& event) {
        IndexKeys keys = index_keys(event);
        for (const auto subject : keys.subjects) named.emplace(Key::subject, subject);
        if (!keys.statement.empty()) named.emplace(Key::statement, std::move(keys.statement));
      });
      if (!status) return status;
      unread.clear();
      for (const auto& [kind, name] : named) {
        if (!known.emplace(kind, name).second) continue;
        const auto fresh = look(kind, name);
        if (!fresh) return fresh.error();
        unread.insert(unread.end(), fresh->begin(), fresh->end());
      }
      std::sort(unread.begin(), unread.end());
    }
    return done();
  }

  Log& log_;
  const HistoryIndex& index_;
  const TenantId& tenant_;
  const Position end_;
  json::Parser parser_;
  Told told_;
  std::set<Offset> found_;
};

}  // namespace

Result<std::vector<Offset>> events_of_lead(Log& log, const HistoryIndex& index, const TenantId& tenant,
                                           const Token& contact, Position end) {
  if (index.indexed()[end.partition.value()].next < end.next)
    return try_again("index_building", "the index of subjects and contacts has not come so far yet");
  return LeadHistory(log, index, tenant, end).of(contact);
}

}  // namespace trunkline
