// Where in the journal to look for a subject or a contact: local to this process, in RocksDB, built from the
// journal and never anything but that.
//
//   's' tenant 00 subject 00 offset   what an event is about, and the facts that it names besides
//   'c' tenant 00 token 00 offset     the contact points that it names
//   'l' tenant 00 token 00 offset     of these, those that it may link or un-link
//   'i' tenant 00 source#id 00 offset what is known by source and id: said again, it may be of somebody else
//   'p' partition                     how far: next offset, digest of the last record; in the same write
//   batch 'j'                               which journal, and the format
//
// Offsets and partitions as big-endian numbers, so that a key's offsets come in order. What it finds is where
// to look: whoever reads the record judges. An index that is damaged, of another format, of another journal
// or ahead of it is thrown away and built again.
#pragma once
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "core/log/log.hpp"

namespace trunkline {

class IndexStore;

class HistoryIndex {
 public:
  enum class Key : char { subject = 's', contact = 'c', link = 'l', statement = 'i' };

  // Opens or makes it; the log outlives it. Errors: retry "index_in_use", "index" (disk).
  static Result<std::unique_ptr<HistoryIndex>> open(std::string directory, Log& log);
  ~HistoryIndex();

  // Indexes what has arrived, some megabytes at most: the number of records; 0 at the journal's end. One
  // thread. Errors: the log's; retry "index".
  Result<std::size_t> step();
  void run(const std::stop_token& stop);  // until stopped; log.wake() after asking it to stop

  // Any thread. Ready: everything that the journal held at the opening is in.
  bool ready() const;
  std::vector<Position> indexed() const;

  // The first `most` offsets from `from` on whose records name this. Complete below indexed(). Any thread.
  // Errors: retry "index".
  Result<std::vector<Offset>> find(const TenantId& tenant, Key kind, std::string_view value, Offset from,
                                   std::size_t most) const;

 private:
  HistoryIndex(std::string directory, Log& log);
  Status open_store();
  Result<std::size_t> add(Position from);

  const std::string directory_;
  Log& log_;
  mutable std::shared_mutex mutex_;  // held alone while the store is thrown away
  std::unique_ptr<IndexStore> store_;
  mutable std::atomic<bool> damaged_ = false;
  std::vector<std::atomic<std::uint64_t>> next_;
  std::vector<std::uint64_t> wanted_;  // the journal's ends at the opening
  json::Parser parser_;
};

// What an event is to be found by.
struct IndexKeys {
  std::vector<std::string_view> subjects, contacts;  // views as the event's
  bool links = false;                                // who the contacts are may depend on it
  std::string statement;  // source#id, of what has no subject of its own; empty for all else
};
IndexKeys index_keys(const EventView& event);

}  // namespace trunkline
