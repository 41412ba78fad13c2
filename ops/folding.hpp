// The read models of a server: installed at the start, then kept up with the journal by runners on threads of
// their own. Every version of the rows that this code made is kept up, the live one and those beside it
// (projections/versions.hpp); which they are is looked at every now and then, for other processes switch and
// drop as well.
#pragma once
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/config.hpp"
#include "core/keys.hpp"
#include "core/log/log.hpp"
#include "projections/event_feed.hpp"
#include "projections/progress.hpp"
#include "projections/versions.hpp"

namespace trunkline {

class Folding {
 public:
  enum class Share { ours, others };  // whether this process folds, or other ones do

  // Installs bookkeeping and all models; the runners of those that the settings name run when it returns. Log
  // and keys outlive it. A model whose live rows other code made is left as it is, and said so: it has to be
  // rebuilt.
  static Result<std::unique_ptr<Folding>> start(Log& log, KeyStore& keys, const Settings& settings,
                                                Share share = Share::ours);
  ~Folding();
  void stop();  // returns when all runners have let go of their partitions; idempotent
  void look();  // versions have changed: soon

  const Progress& progress() const { return progress_; }
  const std::vector<Error>& outdated() const { return outdated_; }  // at the start, one a model

 private:
  // One version that is kept up.
  struct Kept {
    Projection projection;  // at its version; keeps its place, for the runners hold on to it
    bool live = false;
    std::vector<std::jthread> threads;  // last: they use the above
  };
  Folding(Log& log, KeyStore& keys, const Settings& settings, std::vector<Projection> models)
      : log_(log), keys_(keys), settings_(settings), models_(std::move(models)) {}
  Status install_all();
  Status keep_what_is_there();
  void keep(const Projection& projection, bool live);
  void supervise(const std::stop_token& stop);

  Log& log_;
  EventFeed feed_{log_};  // of all runners
  KeyStore& keys_;
  const Settings settings_;
  const std::vector<Projection> models_;  // that this process folds
  Progress progress_;
  std::vector<Error> outdated_;
  std::list<Kept> kept_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool look_ = false;
  std::jthread supervisor_;
};

}  // namespace trunkline
