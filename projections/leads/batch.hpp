// What a batch's events state together, before anything stored is looked at: statements about one fact or
// contact are merged as they come, since merging is commutative. Pure.
#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/open.hpp"
#include "projections/leads/contact.hpp"
#include "projections/leads/rows.hpp"
#include "projections/leads/statements.hpp"
#include "projections/people/links.hpp"

namespace trunkline::leads {

struct ContactNews {
  std::string tenant, token;
  Fields details;
  bool erased = false;
};

// A sealed part that may hold what rows keep open: literals of contact points, names.
struct ToOpen {
  SealedEvent sealed;
  std::vector<std::string> contacts;  // keys; the first is whom the event is about
  Stamp stamp;
  bool names = false;
};

struct Batch {
  std::unordered_map<std::string, Fact> facts;            // by fact_key
  std::unordered_map<std::string, ContactNews> contacts;  // by contact_key: every contact that an event names
  std::vector<LinkStatement> links;
  std::vector<UnlinkStatement> unlinks;
  std::vector<TextRow> texts;
  std::vector<ToOpen> to_open;

  bool empty() const { return facts.empty() && contacts.empty(); }
  void clear() { *this = Batch{}; }
};

void note(const EventView& event, Batch& batch);

}  // namespace trunkline::leads
