// `trunkline serve`: every role in one process, or on Kafka some of them. The composition: what depends on
// what is the order in which it is opened here, and it ends in the opposite order.
#pragma once
#include <memory>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace trunkline {

class Serving {
 public:
  // Opens everything and answers requests when it returns. Errors: stop, naming what is wrong and which
  // setting helps; retry when Postgres cannot be reached.
  static Result<std::unique_ptr<Serving>> start(const Settings& settings);
  ~Serving();  // answers the requests under way, lets the read models commit what they have folded, closes

  int port() const;
  // Read models that have to be rebuilt, because other code made their rows: told at the start.
  const std::vector<Error>& outdated() const;

 private:
  struct Parts;
  explicit Serving(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Serves until SIGINT or SIGTERM. Prints the address on stdout when it answers. Call it from the main thread
// before any other is started.
Status serve_until_signal(const Settings& settings);

}  // namespace trunkline
