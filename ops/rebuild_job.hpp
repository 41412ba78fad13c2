// `trunkline rebuild`: the journal belongs to one process, so a running server builds, on a thread of its
// own, and tells over HTTP how it goes; without one the command does it itself. An operator's key, scope
// admin.
//
//   POST /v1/rebuilds/{model}?verify=true   begins; 202, or 503 "rebuild_running"
//   GET  /v1/rebuilds/{model}               the versions there are, and how the build goes or went
//   POST /v1/rebuilds/{model}/switch        to the newest built version
//   POST /v1/rebuilds/{model}/back          to the former one
//   POST /v1/rebuilds/{model}/drop          drops all versions but the live one
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/http.hpp"
#include "projections/rebuild.hpp"

namespace trunkline {

// At most one build of a model at a time. Any thread.
class RebuildJobs {
 public:
  // `changed` is told when versions have changed. The log outlives it.
  RebuildJobs(Log& log, std::string postgres, FoldSettings fold, std::function<void()> changed);
  ~RebuildJobs();  // interrupts what is under way: it can be begun again

  Status begin(const Projection& projection, Comparing comparing);
  // {"model":"leads","code":2,"versions":[{"version":1,"code":1,"state":"live"}],"build":null | {…}}
  Result<std::string> state(const Projection& projection);
  Result<int> switch_over(const Projection& projection);
  Result<int> back(const Projection& projection);
  Result<std::vector<int>> drop(const Projection& projection);

 private:
  struct Job {
    RebuildProgress progress;
    std::optional<Result<RebuildReport>> outcome;
    std::jthread thread;  // last
  };
  template <class Value>
  Result<Value> in_postgres(Result<Value> (*step)(Postgres&, const Projection&),
                            const Projection& projection);

  Log& log_;
  EventFeed feed_{log_};  // builds that run at the same time read the journal together
  const std::string postgres_;
  const FoldSettings fold_;
  const std::function<void()> changed_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Job>, std::less<>> jobs_;  // by model
};

// Jobs outlive the routes.
void add_rebuild_routes(http::Routes& routes, RebuildJobs& jobs);

Result<const Projection*> find_model(std::string_view name);  // reject "not_found", naming those there are

}  // namespace trunkline
