// A command that runs by itself because no server has the journal: the stores opened as a server would, and
// routes asked without a socket.
#pragma once
#include <memory>
#include <optional>

#include "core/config.hpp"
#include "core/http.hpp"
#include "core/keys_postgres.hpp"
#include "core/log/log.hpp"

namespace trunkline {

class Alone {
 public:
  // Nothing when a server has the journal, or may have it (on Kafka): ask it over HTTP. Errors: reject
  // "no_journal"; the stores'.
  static Result<std::unique_ptr<Alone>> open(const Settings& settings, const Clock& clock);

  Log& log() { return *log_; }
  KeyStore& keys() { return *keys_; }

 private:
  std::unique_ptr<Log> log_;
  std::unique_ptr<PostgresPool> pool_;
  std::unique_ptr<PostgresKeys> keys_;
};

// What the route for this method and target ("/v1/events?tenant=acme") answers an operator.
http::Response ask(const http::Routes& routes, http::Method method, const std::string& target);

}  // namespace trunkline
