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

 private:
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
    if (auto status = follow_subjects(); !status) return status.error();
    return std::vector<Offset>(found_.begin(), found_.end());
  }

 private:
  // What names this, below the end; the new ones are put to found_ and given.
  Result<std::vector<Offset>> look(Key kind, std::string_view value) {
    std::vector<Offset> fresh;
    for (Offset from{0};;) {
      const auto offsets = index_.find(tenant_, kind, value, from, offsets_at_once);
      if (!offsets) return offsets.error();
      for (const Offset offset : *offsets)
        if (offset < end_.next && found_.insert(offset).second) fresh.push_back(offset);
      if (found_.size() > events_max)
        return rejected("too_large", "this lead's history has more than " + std::to_string(events_max) +
                                         " events: too many to be folded for one answer");
      if (offsets->size() < offsets_at_once || offsets->back() >= end_.next) return fresh;
      from = offsets->back() + 1;
    }
  }

  Status read(const std::vector<Offset>& offsets, const std::function<void(const EventView&)>& visit) {
    return read_records(log_, end_.partition, offsets, [&](const Record& record) -> Result<bool> {
      const auto event = view_event(parser_, record.document);
      if (event) visit(*event);
      return true;
    });
  }

  // Everything that links or un-links this contact. A link found here may have been told before.
  Status read_links(const std::string& contact) {
    const auto fresh = look(Key::link, people::token_in(contact));
    if (!fresh) return fresh.error();
    return read(*fresh, [this](const EventView& event) { told_.tell(event); });
  }

  // As far as links are known by now: those whose live links lead there, over nobody who is shared.
  std::set<std::string> component(const std::string& contact) {
    std::set<std::string> members{contact};
    std::vector<std::string> open{contact};
    while (!open.empty()) {
      const std::string from = std::move(open.back());
      open.pop_back();
      const people::Peers& peers = told_.peers(from);
      if (people::is_shared(peers)) continue;
      for (const auto& [peer, link] : peers)
        if (link.live() && !people::is_shared(told_.peers(peer)) && members.insert(peer).second)
          open.push_back(peer);
    }
    return members;
  }

  // Whether a link lives needs both ends' un-links, whether a peer is shared all of its links and its
  // peers' un-links: read until nothing more is needed.
  Result<std::set<std::string>> members_of(const std::string& contact) {
    std::set<std::string> known;
    for (;;) {
      std::set<std::string> members = component(contact);
      std::set<std::string> needed = members;
      for (const std::string& member : members)
        for (const auto& [peer, link] : told_.peers(member)) {
          needed.insert(peer);
          if (!people::is_shared(told_.peers(peer)) && !people::is_shared(told_.peers(member))) continue;
          for (const auto& [theirs, unused] : told_.peers(peer)) needed.insert(theirs);
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

  // A fact's statements need not name its contact: the recording of a call, a message's status.
  Status follow_subjects() {
    std::vector<Offset> unread(found_.begin(), found_.end());
    std::set<std::string> known;
    while (!unread.empty()) {
      std::set<std::string> subjects;
      const auto status = read(unread, [&](const EventView& event) {
        for (const auto subject : index_keys(event).subjects) subjects.emplace(subject);
      });
      if (!status) return status;
      unread.clear();
      for (const std::string& subject : subjects) {
        if (!known.insert(subject).second) continue;
        const auto fresh = look(Key::subject, subject);
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
