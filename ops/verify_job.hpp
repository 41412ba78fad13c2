// `trunkline verify`: the journal belongs to one process, so a running server verifies and answers over HTTP
// (POST /v1/verify?deep=true, scope admin); without one the command does it itself.
#pragma once
#include <string>

#include "core/http.hpp"
#include "core/log/log.hpp"
#include "projections/verify.hpp"

namespace trunkline {

// {"complete":true,"records":7,"parked":0,"findings":["leads: …"]}
std::string verify_json(const VerifyReport& report);

// The log outlives the routes.
void add_verify_route(http::Routes& routes, Log& log, std::string postgres, FoldSettings fold);

}  // namespace trunkline
