// Invented people. Their numbers lie in the ranges that are kept free for fiction: 555-0100 to 555-0199 of
// American area codes, 07700 900000 to 900999 of Ofcom's; their addresses in example.com and its sisters.
#pragma once
#include <string>

#include "ops/sample/business.hpp"
#include "ops/sample/dice.hpp"

namespace trunkline::sample {

struct Person {
  std::string lead_id;
  std::string first_name, last_name;
  std::string phone, email, visitor_id;
};

// The n-th person of a tenant; no two of a tenant share a contact point while there are numbers left.
Person make_person(const Business& business, Dice& dice, std::size_t n);

}  // namespace trunkline::sample
