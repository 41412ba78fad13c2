// POST /v1/events: CloudEvents 1.0 over HTTP in every mode.
//   application/cloudevents+json, application/json   one event, structured
//   ce-… headers and any JSON content type           one event, binary: the body is `data`
//   application/cloudevents-batch+json               an array; valid events are accepted, each refused one is
//   told;
//                                                    broken JSON anywhere refuses the whole batch
//   application/x-ndjson                             an event a line, any number of lines in bounded memory;
//   a broken
//                                                    line is refused by itself
// The answer comes when the journal has the events on disk and carries the position behind them. One event:
// 200, or a problem whose `pointer` and `errors` say why. Several: 200 with the report when any was accepted,
// else 422. Also GET /v1/schemas and /v1/schemas/{type}: the catalogue that decides.
#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "core/http.hpp"
#include "core/log/log.hpp"
#include "ingest/accept.hpp"
#include "ingest/intake.hpp"

namespace trunkline {

struct DoorLimits {
  std::size_t event_bytes_max =
      1024 * 1024;  // as sent: escapes and blanks make it longer than what is stored
  std::size_t batch_bytes_max = 16 * 1024 * 1024;
  ChunkLimits chunk;
};

// Any thread. What it is given outlives it.
class EventsDoor {
 public:
  EventsDoor(const Gate& gate, Log& log, DoorLimits limits);
  ~EventsDoor();
  http::Response receive(http::Request& request);

 private:
  class Workbench;
  http::Response structured(http::Request& request, const Sender& sender);
  http::Response binary(http::Request& request, const Sender& sender);
  http::Response batch(http::Request& request, const Sender& sender);
  http::Response stream(http::Request& request, const Sender& sender);
  http::Response take_one(const Sender& sender, std::string document);
  http::Response answer_one(const Intake& intake) const;
  http::Response answer_many(const Intake& intake, std::string_view numbered) const;

  const Gate& gate_;
  Log& log_;
  const DoorLimits limits_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Acceptance>>
      idle_;  // parsers and buffers, as many as were ever needed at a time
};

void add_routes(http::Routes& routes, EventsDoor& door);
void add_routes(http::Routes& routes, const Catalogue& catalogue);

}  // namespace trunkline
