#include "core/log/recorded_times.hpp"

#include <algorithm>

namespace trunkline {

Time RecordedTimes::fill(Draft& draft, Partition partition) {
  Time& newest = newest_[partition.value()];
  newest = std::max(newest, now_);
  if (newest != formatted_) {
    text_ = format_time(newest);
    formatted_ = newest;
  }
  text_.copy(draft.document.data() + draft.recordedtime_at, formatted_time_size);
  return newest;
}

Status check_drafts(std::span<const Draft> drafts) {
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const std::size_t size = drafts[i].document.size();
    const std::string which = "draft " + std::to_string(i);
    if (size > document_bytes_max)
      return rejected("draft", which + " has " + std::to_string(size) + " bytes; a document has at most " +
                                   std::to_string(document_bytes_max));
    if (size < formatted_time_size || drafts[i].recordedtime_at > size - formatted_time_size)
      return rejected("draft", which + " has no room for recordedtime where it says so");
  }
  return done();
}

Result<Time> recorded_time(json::Parser& parser, std::string_view document) {
  const auto parsed = parser.parse(document);
  const auto object = parsed ? parsed->as_object() : std::nullopt;
  const auto text = object ? object->string("recordedtime") : std::nullopt;
  const auto time = text ? parse_time(*text) : std::nullopt;
  if (!time) return must_stop("stored_event", "a stored event has no recordedtime");
  return *time;
}

}  // namespace trunkline
