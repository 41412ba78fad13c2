// A read model: its tables, how events become rows, what it answers. One folder, one value in
// projections.cpp.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "core/keys.hpp"
#include "core/postgres.hpp"
#include "core/result.hpp"
#include "projections/table_write.hpp"

namespace trunkline {

struct Difference;

// How events become rows. One thread at a time; the runner calls, for every batch:
//   read() for each event → load() → apply() → take_writes(); then settled() once these writes are committed
//   (by then the next batch may have been folded: batches settle in order), or drop() when a commit failed.
// Folding is commutative and idempotent: any order, any repetition of events ends in the same rows (design
// §3).
class Fold {
 public:
  virtual ~Fold() = default;

  // Pure. Keeps what the fold needs of the event (the view dies with the call) and notes the rows that it
  // touches. An error parks the event, with the reason; it must then have kept nothing of it.
  virtual Status read(const EventView& event) = 0;
  virtual Status load(Postgres& session) = 0;  // fetches, set-wise, the rows that the cache lacks
  virtual void apply() = 0;                    // pure: folds everything kept by read() into the rows
  virtual WriteSet take_writes() = 0;          // touched rows stay pinned in the cache until settled()
  virtual void settled() = 0;
  virtual void drop() = 0;  // forget every row and every event: the next load() fetches again
  // After drop(), or at first: no row that events to come can touch is stored yet. A fold may make use of it.
  virtual void begins_empty() {}
};

struct FoldSettings {
  std::size_t rows_cached_max = 20'000;  // memory is a setting: per table of the model
  KeyStore* keys = nullptr;              // for models that hold opened fields
};

// The SQL is embedded from the folder (cmake/embed_sql.cmake) and run by install.hpp.
struct Projection {
  std::string_view name;        // "lead_desk": rows in schema lead_desk_v1, stable views in schema lead_desk
  int version = 1;              // changed fold code is a new version
  std::string_view tables_sql;  // CREATE TABLE, names unqualified: they land in the rows' schema
  std::string_view views_sql;   // CREATE VIEW :views.leads AS SELECT … FROM :rows.leads
  std::unique_ptr<Fold> (*make_fold)(const FoldSettings& settings);
  // Counts the model's aggregates anew from its own facts and names what differs (recount.hpp); the session
  // is in a snapshot of the rows' schema. nullptr: the model has no aggregates.
  Result<std::vector<Difference>> (*recount)(Postgres& snapshot) = nullptr;
};

const std::vector<Projection>& projections();  // the list: projections.cpp

}  // namespace trunkline
