// What the benchmarks of read models share: a journal made once, work measured in a process of its own (whose
// CPU time and peak memory are its own), Postgres' CPU time read from /proc over the cluster's processes, so
// nobody else should be using it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/log/rocks_log.hpp"
#include "projections/projection.hpp"

namespace trunkline::bench {

[[noreturn]] void give_up(const std::string& why);

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().code + ": " + result.error().message);
  return std::move(*result);
}

struct Cost {
  double seconds = 0, own_cpu = 0, postgres_cpu = 0, peak_mb = 0;
};

// So far, from /proc: of one process, and of the cluster behind an address with all its processes.
double process_cpu_seconds(int id);
double cluster_cpu_seconds(const std::string& address);

// Runs the work in a process of its own; gives up when it fails.
Cost measured(const std::string& postgres, const std::function<void()>& work);
void print(const char* what, std::size_t events, const Cost& cost);

std::unique_ptr<RocksLog> open_journal(const std::string& directory, const Clock& clock);

using Teller = std::function<void(const std::function<void(std::vector<Draft>)>&)>;

// In a process of its own, so that nothing of it stays in memory; once: the number of events is written
// beside it.
std::size_t make_journal(const std::string& directory, const Teller& tell);

// The read models of these names, in the order of the list.
std::vector<Projection> models_named(const std::vector<std::string>& names);
// Events in a batch of a server whose settings say nothing else.
std::size_t server_batch_events();

// Installs these models into a database without any rows.
void empty_tables(const std::string& postgres, const std::vector<Projection>& models);

// What all tables of these models hold, whatever the order of their rows: for comparing.
struct Contents {
  std::uint64_t rows = 0;
  std::string digest;
  bool operator==(const Contents&) const = default;
};
Contents contents_of(const std::string& postgres, const std::vector<Projection>& models);

struct FoldPlan {
  std::string postgres;
  std::size_t members = 1;  // runners of each model
  std::size_t batch_mb = 256, batch_events = SIZE_MAX, rows_cached = 100'000;
};

// Folds the whole journal into the models, each by runners of its own, all at once.
void fold_journal(const FoldPlan& plan, const std::string& journal, const std::vector<Projection>& models);

}  // namespace trunkline::bench
