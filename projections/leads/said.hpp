// What facts' sealed statements say, opened when somebody reads: by member, the newest statement.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "projections/query.hpp"

namespace trunkline::leads {

struct Said {
  std::map<std::string, std::string> members;  // by JSON pointer without its first '/': JSON values
  bool redacted = false;                       // the key is gone
};
using FactKey = std::pair<std::string, std::string>;  // family, subject
using SaidByFact = std::map<FactKey, Said>;

Result<SaidByFact> open_said(const QueryContext& context, Snapshot& snapshot,
                             const std::vector<FactKey>& facts);

// Members "said" and "redacted", where anything was sealed.
void write_said(json::Writer& out, const SaidByFact& said, const FactKey& fact);

}  // namespace trunkline::leads
