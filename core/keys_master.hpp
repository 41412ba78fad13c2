// The master key: a file outside the journal and outside Postgres, under which the key store's keys are
// wrapped. Whoever loses it loses every personal field; its backup is the operator's duty.
//
// The file: 64 hex digits and a line's end, mode 0600.
#pragma once
#include <filesystem>

#include "core/crypto.hpp"
#include "core/result.hpp"

namespace trunkline {

enum class JournalState { empty, holds_events };

// Reads the key, or makes it where there is none yet: complete and on disk under its name before this
// returns, and never over a file that is there. Errors (stop "master_key"): readable by group or others, not
// a key, unreadable; or missing although the journal holds events, whose personal fields nobody could open
// any more.
Result<Key256> open_master_key(const std::filesystem::path& file, JournalState journal);

}  // namespace trunkline
