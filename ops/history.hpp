// The history of a server: its index on this machine, kept up with the journal by a thread of its own, and
// what is answered from it.
#pragma once
#include <memory>
#include <string>
#include <thread>

#include "projections/events_route.hpp"

namespace trunkline {

class History {
 public:
  // Log, clock and keys outlive it. Errors as HistoryIndex::open.
  static Result<std::unique_ptr<History>> open(std::string directory, Log& log, const Clock& clock,
                                               KeyStore& keys);
  ~History();

  void keep_up();     // on a thread of its own, from now on
  Status catch_up();  // here and now, to the journal's end: for a command that runs alone
  bool ready() const { return index_->ready(); }
  const HistoryContext& context() const { return context_; }
  void add_routes(http::Routes& routes) const { add_events_route(routes, context_); }

 private:
  History(std::unique_ptr<HistoryIndex> index, Log& log, const Clock& clock, KeyStore& keys)
      : index_(std::move(index)), context_{log, clock, keys, *index_} {}

  std::unique_ptr<HistoryIndex> index_;
  HistoryContext context_;
  std::jthread thread_;  // last: it uses the above
};

}  // namespace trunkline
