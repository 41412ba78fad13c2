// An open loop: events are produced at fixed moments, whatever becomes of those before, so that what has to
// wait for its turn counts as waiting. Some of them are about somebody new, and other threads ask over HTTP
// until they see that person: that is how fresh the answers are.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace trunkline::bench {

using Steady = std::chrono::steady_clock;

struct Beat {
  double events_per_second = 5'000;
  std::size_t events_a_batch = 10;
  std::size_t tenants = 20;
  double probes_per_second = 50;
  double warm_seconds = 4, seconds = 15;  // measured are those produced after the warming
  std::size_t known_contacts = 10'000;
  std::uint64_t first_batch = 0;                  // another number, and all events are other ones
  std::string question = "/v1/leads/by-contact";  // that shows whether somebody is known
};

struct Batch {
  std::string tenant;
  std::vector<std::string> events;  // JSON documents
  std::string new_phone;            // of a probe: somebody whom only this batch names; else empty
};

// The number-th batch: calls and messages of the tenant's known contacts. Any thread.
Batch make_batch(const Beat& beat, std::uint64_t number);

struct Milliseconds {
  std::vector<double> all;
  double share(double part) const;  // 0.99: the 99th percentile
};

// Sends one batch and returns the position from which it can be seen, or nothing when it cannot know.
using Send = std::function<std::string(const Batch&)>;
using MakeSend = std::function<Send()>;  // one of a thread's own

// Through the door, over a connection of its own.
MakeSend over_http(const std::string& url, const std::string& key);

class OpenLoop {
 public:
  OpenLoop(Beat beat, std::string url, std::string key);

  struct Outcome {
    double events_per_second = 0;
    Milliseconds acknowledged, visible;  // since the moment at which the batch was due
  };
  // `begun` is called when the warming is over.
  Outcome run(std::size_t senders, const MakeSend& make_send, const std::function<void()>& begun);

 private:
  struct Probe {
    Steady::time_point due;
    std::string tenant, phone, position;
  };
  Steady::time_point due(std::uint64_t number) const;
  void send_all(const Send& send);
  void look_for_each();
  bool sees(const std::function<std::string(const std::string&)>& get, const Probe& probe) const;

  const Beat beat_;
  const std::string url_, key_;
  Steady::time_point started_;
  std::atomic<std::uint64_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Probe> probes_;
  bool over_ = false;
  Outcome outcome_;
  std::uint64_t batches_measured_ = 0;
};

}  // namespace trunkline::bench
