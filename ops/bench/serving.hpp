// The real server for benchmarks: one or several processes of `trunkline serve` on Kafka, with topics, a
// database and a data directory of their own that are gone afterwards.
#pragma once
#include <sys/types.h>

#include <list>
#include <string>
#include <vector>

#include "tests/temporary_directory.hpp"
#include "tests/test_database.hpp"

namespace trunkline::bench {

struct ServingPlan {
  std::string kafka;                // host:port
  std::string binary;               // trunkline
  int broker = 0;                   // the broker's process id
  std::string read_models = "all";  // that the processes fold
};

class Serving {
 public:
  struct Process {
    pid_t id = 0;
    std::string url;
  };

  // The topics, and so many tenants, "tenant-0" … Gives up when anything fails, as everything here.
  Serving(const ServingPlan& plan, std::size_t tenants);
  ~Serving();  // ends what runs
  Serving(const Serving&) = delete;

  Process& start(const std::string& roles);  // answers when it returns
  void end(Process& process, int signal);    // returns when it is gone

  const std::string& key() const { return key_; }  // an operator's
  std::string postgres() const { return database_.address(); }
  std::string inbound_topic(const std::string& family) const;

  // Of all processes that run, of the database's cluster, and of the broker, until now.
  struct CpuSeconds {
    double own = 0, postgres = 0, broker = 0;
  };
  CpuSeconds cpu_seconds() const;

 private:
  std::string run(const std::string& arguments) const;

  const ServingPlan plan_;
  testing::TestDatabase database_;
  TemporaryDirectory directory_;
  std::string topic_, key_;
  std::list<Process> processes_;
};

}  // namespace trunkline::bench
