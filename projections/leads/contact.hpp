// A contact point's own row: what was stated about it, its figures, and its ties to other contact points. The
// lead's row is derived from its members' (lead_row.hpp).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "projections/leads/fields.hpp"
#include "projections/leads/totals.hpp"
#include "projections/people/people.hpp"

namespace trunkline::leads {

using namespace people;  // who is who is half of what a lead is

struct Contact {
  std::string tenant, token;
  bool erased = false;  // for ever
  Ties ties;
  Fields details;       // clear ones
  Fields opened;        // names and the like, opened while folding; empty once erased
  std::string literal;  // the contact point itself, opened; empty when not known (any more)
  Totals totals;

  void erase();
  bool operator==(const Contact&) const = default;
};

std::string pack(const Contact& contact);  // without tenant and token
std::optional<Contact> unpack_contact(std::string_view tenant, std::string_view token,
                                      std::string_view bytes);

}  // namespace trunkline::leads
