// The read models of a server: installed at the start, then kept up with the journal by runners on threads of
// their own.
#pragma once
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/config.hpp"
#include "core/keys.hpp"
#include "core/log/log.hpp"
#include "projections/progress.hpp"

namespace trunkline {

class Folding {
 public:
  // Installs bookkeeping and models; the runners run when it returns. Log and keys outlive it.
  static Result<std::unique_ptr<Folding>> start(Log& log, KeyStore& keys, const Settings& settings);
  ~Folding();
  void stop();  // returns when all runners have let go of their partitions; idempotent

  const Progress& progress() const { return progress_; }

 private:
  explicit Folding(Log& log) : log_(log) {}
  Log& log_;
  Progress progress_;
  std::vector<std::jthread> threads_;
};

}  // namespace trunkline
