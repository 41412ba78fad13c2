// A journal's name: 12 random hex digits, made with it.
#pragma once
#include <string_view>

#include "core/ids.hpp"

namespace trunkline {

JournalId new_journal_id();
bool is_journal_id(std::string_view text);

}  // namespace trunkline
