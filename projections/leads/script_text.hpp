// Filling the placeholders of a script: {first_name}, {business_name} and the like.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace trunkline::leads {

// What is known to fill in; a value that is missing is not in it or empty.
using Values = std::map<std::string, std::string, std::less<>>;

// `json` is a JSON value as text, and stays one. A placeholder without a value becomes nothing and is noted
// in `missing`.
std::string filled(std::string_view json, const Values& values, std::set<std::string>& missing);

}  // namespace trunkline::leads
