// Whom a question is about: ?phone=, email=, visitor_id= or token=, exactly one of them.
#pragma once
#include <array>

#include "projections/query.hpp"

namespace trunkline {

inline constexpr std::array<std::string_view, 4> contact_parameters = {"phone", "email", "visitor_id",
                                                                       "token"};

// The contact point's token. Errors: reject "query", never with the literal in it; the keys'.
Result<Token> asked_contact(const QueryContext& context, const http::Request& request);

}  // namespace trunkline
