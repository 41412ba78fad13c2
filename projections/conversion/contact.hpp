// A contact point's own row: its ties to others, and its entries. What follows for the lead is in lead.hpp.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "projections/conversion/entry.hpp"
#include "projections/people/people.hpp"

namespace trunkline::conversion {

// What the lead was said to be worth at first: the newest statement.
struct Worth {
  Stamp stamp;
  std::int64_t value_e4 = 0;
  std::string_view currency;

  bool merge(const Worth& stated);
  bool operator==(const Worth&) const = default;
};

struct Contact {
  std::string tenant, token;
  people::Ties ties;
  std::int64_t first_seen_us = never_us;  // of statements that are no entries
  Worth worth;
  std::uint64_t lead_digest = 0;  // of the lead's row that bears this token; 0: there is none
  Entries entries;
};

std::string pack(const Contact& contact);  // without tenant and token
// nullopt: the bytes were damaged. Texts view them.
std::optional<Contact> unpack_contact(std::string_view tenant, std::string_view token,
                                      std::string_view bytes);

}  // namespace trunkline::conversion
