// Every setting of a server, in one place: from one TOML file, each overridden by TRUNKLINE_<NAME IN
// CAPITALS>. Flat keys of exactly these names; an unknown key, a wrong type or a value out of bounds stops
// the start with its line. (Only the settings' own variables are read: other TRUNKLINE_* variables are not
// judged.)
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace trunkline {

struct Settings {
  std::string data_dir =
      "/var/lib/trunkline";        // journal, master key, access file: one directory to keep safe
  std::string host = "127.0.0.1";  // reachable from this machine only until somebody decides otherwise
  std::int64_t port = 8420;        // 0: any free one, printed at the start
  std::string postgres =
      "dbname=trunkline";  // a libpq address; a unix socket saves a third of a query's cost

  std::string roles = "all";  // ingest,commands,projections,query: on Kafka several processes share the work
  std::string read_models = "all";  // those that this process folds, "leads,analytics": others fold the rest

  std::int64_t partitions = 16;             // of a new journal; can never be changed afterwards
  std::string journal_compression = "lz4";  // lz4 | zstd | none: 3:1 at no measurable cost
  std::string kafka_servers = "";  // "host:9092,…": the journal is on Kafka; empty: embedded, in data_dir
  std::string kafka_topic = "trunkline.journal";  // its bookkeeping is in the topic of this name and ".meta"
  std::string kafka_properties = "";      // a file of librdkafka's properties (TLS, SASL): name=value lines
  std::int64_t connections_max = 256;     // a thread each; more get 503
  std::int64_t idle_timeout_ms = 30'000;  // a kept connection without a request holds a thread so long
  std::int64_t body_timeout_ms = 30'000;  // a client that trickles is let go after so long (streams: by rate)
  std::int64_t batch_bytes_max = 16'777'216;  // one JSON or batch request; NDJSON streams have no end
  std::int64_t chunk_events_max = 2'000;      // of a stream, judged and appended together: bounds its memory
  std::int64_t keys_cached_max = 200'000;     // about 150 bytes each; a miss costs a look-up in Postgres

  std::int64_t postgres_sessions_max =
      16;                               // queries, keys and commands together, beside the projections' own
  std::int64_t projection_threads = 1;  // partitions folded at the same time per read model
  std::int64_t projection_batch_events_max =
      10'000;                             // one transaction; larger ones fold better, and show later
  std::int64_t rows_cached_max = 20'000;  // fact rows per read model and table: memory is a setting

  std::string log_level = "info";     // error | warn | info | debug
  std::string log_format = "logfmt";  // logfmt | json
};

// Reads a variable of the environment; nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// Defaults, then the file (none when the path is empty), then the environment.
// Errors: stop "config" naming file, line and key.
Result<Settings> read_settings(const std::string& path, const Environment& environment);
Result<Settings> parse_settings(std::string_view toml, const std::string& name,
                                const Environment& environment);

}  // namespace trunkline
