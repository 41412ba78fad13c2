// One batch's rows and the checkpoints that say so, in one transaction; and the thread that commits while the
// next batch is being folded.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "projections/checkpoint.hpp"
#include "projections/progress.hpp"

namespace trunkline {

struct FoldedBatch {
  std::vector<Moved> moves;  // of different partitions
  WriteSet writes;
  std::vector<Parked> parked;
  std::vector<Parked> taken_up;  // once parked, folded in this batch
  std::size_t events = 0;
};

// The steps of a commit, for whoever must fail or crash between two of them. An error that the hook gives is
// treated as if the step had failed; at `committed` as if the answer had been lost.
enum class CommitStep { folded, begun, fenced, rows_written, committed };
using CommitHook = std::function<Status(CommitStep)>;

// Ends the process without a word at the step that TRUNKLINE_CRASH_AT names ("rows_written", or
// "rows_written:3" for the third time it is reached). Without the variable it does nothing.
CommitHook crash_from_environment();

struct CommitTarget {
  std::string address;
  const Projection* projection;
  CommitHook hook;
  Progress* progress;  // may be null
};

// Errors: retry "fenced" (another owner: nothing was written), retry "unclear" (look at the checkpoints),
// reject "data" (a row that its table refuses), retry and stop as of the session. After an error nothing of
// the batch is known to be in.
class Committer {
 public:
  explicit Committer(CommitTarget target);
  ~Committer();

  Status commit(FoldedBatch batch);  // here and now

  // The same on the committer's thread. At most one batch at a time: join() before the next submit().
  void submit(FoldedBatch batch);
  std::optional<Status> join();  // waits for what was submitted; nullopt when nothing was

 private:
  Status connect();
  Status write(const FoldedBatch& batch);
  void serve(const std::stop_token& stop);

  CommitTarget target_;
  std::optional<Postgres> session_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<FoldedBatch> submitted_;
  std::optional<Status> outcome_;
  bool under_way_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace trunkline
