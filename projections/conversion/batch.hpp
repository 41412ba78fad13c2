// What a batch's events state together, before anything stored is looked at. Pure.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "projections/conversion/contact.hpp"
#include "projections/leads/fact.hpp"
#include "projections/people/links.hpp"

namespace trunkline::conversion {

struct ContactNews {
  std::int64_t first_seen_us = never_us;
  Worth worth;
  std::vector<Entry> threads;
};

// A capture, a stage or a touch, and of whom it was said last.
struct Said {
  std::string tenant, contact;  // contact: its contact_key
  Entry entry;
};

class Batch {
 public:
  // Texts of what is noted go into the pool.
  void note(const EventView& event, TextPool& texts);
  void clear();

  const std::unordered_map<std::string, ContactNews>& contacts() const {
    return contacts_;
  }                                                                                     // by contact_key
  const std::unordered_map<std::string, leads::Fact>& facts() const { return facts_; }  // by fact_key
  const std::unordered_map<std::string, Said>& said() const { return said_; }           // by tenant and entry
  const std::vector<people::LinkStatement>& links() const { return links_; }
  const std::vector<people::UnlinkStatement>& unlinks() const { return unlinks_; }

 private:
  void note_fact(leads::Fact fact);
  void note_said(const EventView& event, const std::string& contact, const Entry& entry);
  void note_statement(const EventView& event, const std::string& contact, TextPool& texts, ContactNews& news);

  std::unordered_map<std::string, ContactNews> contacts_;
  std::unordered_map<std::string, leads::Fact> facts_;
  std::unordered_map<std::string, Said> said_;
  std::vector<people::LinkStatement> links_;
  std::vector<people::UnlinkStatement> unlinks_;
};

}  // namespace trunkline::conversion
