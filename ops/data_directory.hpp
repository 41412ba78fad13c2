// What a server keeps on disk, by name: {journal/, master.key, access.toml, history_index/}. Made 0700: the
// master key opens everything.
#pragma once
#include <filesystem>

#include "core/keys_master.hpp"
#include "core/result.hpp"

namespace trunkline {

struct DataDirectory {
  std::filesystem::path path;

  std::filesystem::path journal() const { return path / "journal"; }
  std::filesystem::path master_key() const { return path / "master.key"; }
  std::filesystem::path access() const { return path / "access.toml"; }
  // Built from the journal: may be deleted, needs no backup.
  std::filesystem::path history_index() const { return path / "history_index"; }

  Status make() const {
    std::error_code error;
    if (std::filesystem::create_directories(path, error))
      std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (error || !std::filesystem::is_directory(path))
      return must_stop("data_dir", path.string() + ": this directory cannot be made (setting data_dir)");
    return done();
  }

  // From outside, without opening it: a journal that has files may hold events.
  JournalState journal_state() const {
    std::error_code error;
    return std::filesystem::is_empty(journal(), error) || error ? JournalState::empty
                                                                : JournalState::holds_events;
  }
};

}  // namespace trunkline
