// Load on an HTTP server over loopback, as cheap as can be, because it runs on the same cores: one thread and
// epoll, kept connections, each with one request under way.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace trunkline::bench {

struct Load {
  int connections = 64;
  double seconds = 3;
};

struct Served {
  std::size_t requests = 0;
  double seconds = 0;
  double p50_ms = 0, p99_ms = 0;
  std::size_t answer_bytes = 0;  // of the last answer
  double per_second() const { return static_cast<double>(requests) / seconds; }
};

int connect_to(int port);  // a socket on 127.0.0.1

// Keeps every connection asking for so long; the text need live only until the next one is asked for. An
// answer that is not 200 ends the benchmark.
Served load(int port, const Load& plan, const std::function<std::string_view()>& next_request);

// One request on a connection of its own: the answer's body.
std::string ask(int port, std::string_view request);

}  // namespace trunkline::bench
