// The event type that a misspelt one probably meant.
#pragma once
#include <string>
#include <string_view>

#include "schemas/catalogue.hpp"

namespace trunkline {

// By edit distance (Levenshtein 1966); empty when nothing is near: more than a third of the letters differ.
std::string_view nearest_type(const Catalogue& catalogue, std::string_view type);

}  // namespace trunkline
