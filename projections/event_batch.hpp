// The events of some records of the log, parsed: what folds read. Never changes once it is made; any thread
// may read it.
#pragma once
#include <map>
#include <vector>

#include "core/digest.hpp"
#include "core/event.hpp"
#include "core/log/log.hpp"

namespace trunkline {

class EventBatch {
 public:
  static constexpr std::size_t depth_max = json::depth_max + 1;  // for the parser: documents as one array

  EventBatch(const RecordBatch& records, json::Parser& parser);  // of at least one record
  EventBatch(const EventBatch&) = delete;
  EventBatch& operator=(const EventBatch&) = delete;

  std::size_t size() const { return sources_.size(); }
  Offset offset(std::size_t i) const { return sources_[i].offset; }
  std::size_t bytes(std::size_t i) const { return sources_[i].bytes; }  // of the document
  std::size_t bytes() const { return bytes_; }
  const Digest& digest(std::size_t i) const { return sources_[i].digest; }
  // The event, or why the record is none: reject "json", "too_deep", "stored_event".
  const EventView& event(std::size_t i) const { return events_[i]; }
  const Error* damage(std::size_t i) const;

  std::size_t index_of(Offset offset) const;  // of the first record there or behind; size() if there is none

 private:
  struct Source {
    Offset offset;
    std::size_t bytes;
    Digest digest;
  };
  json::Value parse_each(const RecordBatch& records, json::Parser& parser);

  std::size_t bytes_;
  json::Document document_;
  std::vector<Source> sources_;
  std::vector<EventView> events_;  // views into document_
  std::map<std::size_t, Error> damaged_;
};

}  // namespace trunkline
