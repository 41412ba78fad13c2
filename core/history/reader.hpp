// The history of one tenant, read from the journal: by type, subject, contact, time and position. By subject
// or contact the index says where to look; else the partition is scanned.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/contact.hpp"
#include "core/history/index.hpp"

namespace trunkline {

struct HistoryQuestion {
  TenantId tenant;
  std::vector<std::string> types = {};  // "call.ended", or a whole family: "call.*"; none: all
  std::optional<std::string> subject = {};
  std::optional<Token> contact = {};
  std::optional<Time> happened_from = {}, happened_to = {};  // by the event's own time; `to` is not included
  Position from = {};                                        // in the tenant's partition
  Offset end = {};                                           // not included
};

bool matches(const HistoryQuestion& question, const EventView& event);

// Reads these records, in ascending order, neighbours together, until `visit` says false. Errors: the log's,
// and what visit gives.
Status read_records(Log& log, Partition partition, std::span<const Offset> offsets,
                    const std::function<Result<bool>(const Record&)>& visit);

// One thread. Log and index outlive it.
class HistoryReader {
 public:
  // Without an index everything is scanned.
  HistoryReader(Log& log, const HistoryIndex* index, HistoryQuestion question);

  struct Found {
    RecordBatch records;     // as stored, in order
    bool looked_on = false;  // the end was not reached: ask again, also when nothing was found
  };
  // Looks on from where it is; stops when there is no room for more matches, or a few megabytes were
  // looked at. Errors: the log's and the index's.
  struct Room {
    std::size_t bytes_max = 256 * 1024;
    std::size_t most = SIZE_MAX;
    bool left(const RecordBatch& records) const {
      return records.bytes() < bytes_max && records.size() < most;
    }
  };
  Result<Found> next(const Room& room);

  Position position() const { return {question_.from.partition, at_}; }  // where it goes on
  void extend(Offset end) { question_.end = std::max(question_.end, end); }

 private:
  bool by_index() const { return index_ != nullptr && (question_.subject || question_.contact); }
  Offset indexed() const;
  Status scan(Found& found, const Room& room);
  Status look_up(Found& found, const Room& room, Offset indexed);
  bool judge(std::string_view document);

  Log& log_;
  const HistoryIndex* index_;
  HistoryQuestion question_;
  Offset at_;
  std::string tenant_member_;  // how the tenant stands in a document: a quick look before parsing
  json::Parser parser_;
};

}  // namespace trunkline
