// The events of one request on their way to the journal: judged, sealed and appended in chunks, so that a
// stream of any length needs the memory of two. While one chunk is being made durable, the next is judged.
#pragma once
#include <future>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/log/log.hpp"
#include "ingest/accept.hpp"

namespace trunkline {

struct ChunkLimits {
  std::size_t events_max = 2'000;
  std::size_t bytes_max = 4 * 1024 * 1024;  // as sent
};

inline constexpr std::size_t refusals_told_max = 1'000;  // more are counted; a note says so
inline constexpr std::size_t ranges_told_max = 1'000;

// What became of a request's events.
struct IntakeReport {
  std::uint64_t accepted = 0;  // on disk
  std::uint64_t refused = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;  // accepted numbers, first to last, ascending
  std::uint64_t told_to = UINT64_MAX;                           // ranges are complete up to this number
  std::vector<Refusal> refusals;                                // the first ones, ascending
  std::map<Partition, Offset> positions;                        // behind the last event of each partition
};

class Intake {
 public:
  Intake(Log& log, Acceptance& acceptance, Sender sender, ChunkLimits limits)
      : log_(log), acceptance_(acceptance), sender_(std::move(sender)), limits_(limits) {}
  ~Intake();  // waits for what is being appended

  // Numbers ascend. Errors: the key store's and the journal's: what the report counts as accepted is on disk
  // all the same, the rest must be sent again.
  Status take(std::uint64_t number, std::string_view padded);
  void refuse(std::uint64_t number, Reason reason);  // what never became an event: a line that is too long
  // Appends what is left and waits until it is durable.
  Status finish();
  // Appends nothing of what is left: for a batch that stands or falls as one.
  void abandon();

  const Refusal* newest_refusal() const { return refusals_.empty() ? nullptr : &refusals_.back(); }
  const IntakeReport& report() const { return report_; }

 private:
  struct Appending {
    std::future<Result<std::vector<Position>>> positions;
    std::vector<std::uint64_t> numbers;
    std::vector<Refusal> refusals;
  };
  enum class More { expected, none };
  Status flush(More more);
  Status settle();
  void tell(std::vector<std::uint64_t> numbers, std::vector<Refusal> refusals);

  Log& log_;
  Acceptance& acceptance_;
  const Sender sender_;
  const ChunkLimits limits_;
  std::size_t bytes_ = 0;
  std::vector<Refusal> refusals_;
  std::optional<Appending> appending_;
  IntakeReport report_;
};

// The report's members as JSON, without braces:
// "position":…,"accepted":…,"refused":…,"accepted_lines":[[1,5]],
// "refusals":[{"line":6,"code","message","pointer","schema"}…]. `numbered` names the number: "line", "index".
std::string report_members(const IntakeReport& report, const JournalId& journal, std::string_view numbered);
std::string refusals_json(const std::vector<Refusal>& refusals, std::string_view numbered);
// The one position behind all events; empty when none were accepted or they lie in several partitions.
std::string position_of(const IntakeReport& report, const JournalId& journal);

}  // namespace trunkline
