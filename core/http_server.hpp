// The server behind core/http.hpp: one thread a connection out of a bounded pool, limits on every size and
// wait. A connection beyond the pool gets 503 at once. The only files that know cpp-httplib are
// core/http_*.cpp.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/http.hpp"

namespace trunkline::http {

struct ServerSettings {
  std::string host = "127.0.0.1";
  int port = 0;                            // 0: any free one
  std::size_t connections_max = 256;       // a thread each while open
  std::size_t streams_max = 64;            // of them, answers sent in pieces; one more gets 503
  std::size_t head_bytes_max = 32 * 1024;  // request line and headers together
  std::size_t request_line_bytes_max = 8 * 1024;
  int head_timeout_ms = 10'000;  // from a request's first byte to the end of its headers, overall
  int idle_timeout_ms = 30'000;  // between requests of a kept connection
  int body_timeout_ms = 30'000;  // waiting for a body, overall, and …
  std::size_t body_bytes_per_second_min = 4'096;  // … one second more for each so many bytes that did arrive
  int write_timeout_ms = 30'000;                  // an answer, or piece, that the client does not take
  std::size_t gzip_bytes_min = 2'048;             // smaller answers are not worth compressing
};

// What happened to one request: for the log. Never a path, a query string or a header's value.
struct Served {
  std::string_view route;  // the template; "-" when none matched
  std::string_view method;
  int status = 0;
  std::string_view key_id;
  std::int64_t micros = 0;
};

class Server {
 public:
  // The routes must be complete: they are not added to while serving.
  Server(ServerSettings settings, Routes routes, Authenticate authenticate,
         std::function<void(const Served&)> served);
  ~Server();  // stops

  // Binds and serves in the background. Errors: stop "listen" naming host and port.
  Status start();
  int port() const;
  // No new connection is taken; requests under way are answered; returns when all threads have ended.
  // Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline::http
