#include "projections/event_batch.hpp"

#include <algorithm>

namespace trunkline {

EventBatch::EventBatch(const RecordBatch& records, json::Parser& parser) : bytes_(records.bytes()) {
  sources_.reserve(records.size());
  events_.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i)
    sources_.push_back({records[i].offset, records[i].document.size(), digest_of(records[i].document)});
  const auto parsed = parser.parse_padded(records.as_array(), document_);
  const bool whole = parsed && parsed->as_array()->size() == records.size();  // "{},{}" is no document
  const json::Value documents = whole ? *parsed : parse_each(records, parser);
  for (const json::Value document : *documents.as_array()) {
    const auto event = view_event(document);
    if (!event) damaged_.emplace(events_.size(), event.error());  // parse_each() has told of some before
    events_.push_back(event ? *event : EventView{});
  }
}

// One of them is not JSON: null stands in its place.
json::Value EventBatch::parse_each(const RecordBatch& records, json::Parser& parser) {
  json::Parser alone;
  std::string documents = "[";
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto parsed = alone.parse_padded(records[i].document);
    if (!parsed) damaged_.emplace(i, parsed.error());
    documents.append(i == 0 ? "" : ",").append(parsed ? records[i].document : "null");
  }
  documents += ']';
  const std::size_t size = documents.size();
  documents.append(json::padding, ' ');
  return *parser.parse_padded(std::string_view{documents}.substr(0, size), document_);
}

const Error* EventBatch::damage(std::size_t i) const {
  const auto known = damaged_.find(i);
  return known == damaged_.end() ? nullptr : &known->second;
}

std::size_t EventBatch::index_of(Offset offset) const {
  const auto at = std::lower_bound(sources_.begin(), sources_.end(), offset,
                                   [](const Source& each, Offset wanted) { return each.offset < wanted; });
  return static_cast<std::size_t>(at - sources_.begin());
}

}  // namespace trunkline
