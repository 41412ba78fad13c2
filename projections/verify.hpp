// Completeness, proven: does every read model hold all of the journal, exactly once, and do its numbers
// follow from its facts? Says so, or names what differs.
//
// plain: the journal is recounted up to each checkpoint (count, digest, last record), and each model counts
// its
//   aggregates anew from its facts. Reads one snapshot, so runners may go on meanwhile.
// deep: besides, the journal is folded anew into scratch tables beside the rows, up to the same offsets, and
// every
//   column of every row is compared. While two tables are compared the model's commits wait.
// Parked events are in no row, on either side; the report counts them.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/log/log.hpp"
#include "projections/projection.hpp"
#include "projections/recount.hpp"

namespace trunkline {

struct Finding {
  std::string model;
  Difference difference;

  // "lead_desk: agent_day (acme, agent-1, 2026-11-23).calls is 8, counted 7"
  std::string text() const;
};

struct VerifyReport {
  std::vector<Finding> findings;  // at most some fifty of each table
  std::uint64_t records = 0;      // of the journal, recounted
  std::uint64_t parked = 0;
  bool complete() const { return findings.empty(); }
};

enum class Depth { plain, deep };

struct VerifyOptions {
  Depth depth = Depth::plain;
  FoldSettings fold = {};
  // Told now and then: what is being done, and how much of it.
  std::function<void(std::string_view step, std::uint64_t done, std::uint64_t all)> progress = nullptr;
};

// Errors: the log's and Postgres'; reject "not_installed" for a model without tables; retry
// "rebuild_needed" for one whose rows other code made. What differs is no
// error.
Result<VerifyReport> verify(Log& log, const std::string& postgres_address, std::span<const Projection> models,
                            const VerifyOptions& options = {});

}  // namespace trunkline
