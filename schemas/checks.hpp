// The checks that need nothing but the value, and what each check says when it fails.
#pragma once
#include <string>

#include "core/json.hpp"
#include "schemas/program.hpp"

namespace trunkline::schemas {

// For the operations before Op::property_names.
bool holds_alone(const Program& program, const Check& check, json::Value value);

// min_length and max_length, in code points.
bool has_length(const Check& check, std::string_view text);

// For people; never a value of the event: "must be one of \"inbound\", \"outbound\"".
std::string reason_of(const Program& program, const Check& check, const Node& node);

}  // namespace trunkline::schemas
