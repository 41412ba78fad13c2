// The events door over real sockets, with the journal and the keys in memory.
#pragma once
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/http_server.hpp"
#include "core/keys_memory.hpp"
#include "core/log/memory_log.hpp"
#include "ingest/events_door.hpp"
#include "tests/manual_clock.hpp"
#include "tests/raw_http.hpp"

namespace trunkline::testing {

inline std::uint32_t bit(http::Scope scope) {
  return 1u << static_cast<unsigned>(scope);
}

inline Result<http::Caller> authenticate_example(std::string_view bearer) {
  if (bearer == "tk_acme") return http::Caller{TenantId{"acme"}, "k1", bit(http::Scope::ingest)};
  if (bearer == "tk_import")
    return http::Caller{TenantId{"acme"}, "k2", bit(http::Scope::ingest) | bit(http::Scope::command)};
  if (bearer == "tk_read") return http::Caller{TenantId{"acme"}, "k3", bit(http::Scope::read)};
  if (bearer == "tk_platform") return http::Caller{TenantId{"_platform"}, "k4", bit(http::Scope::admin)};
  return rejected("unauthorized", "unknown key");
}

inline DoorLimits small_limits() {
  DoorLimits limits;
  limits.chunk.events_max = 7;
  limits.batch_bytes_max = 2 * 1024 * 1024;
  return limits;
}

struct Door {
  Door() : catalogue(std::move(*Catalogue::load())) {
    add_routes(routes, door);
    add_routes(routes, catalogue);
    server.emplace(http::ServerSettings{}, std::move(routes), authenticate_example, nullptr);
    REQUIRE(server->start().ok());
  }

  RawReply post(std::string_view body, std::string_view type, std::string_view key = "tk_acme",
                std::string_view target = "/v1/events", std::string_view headers = "") {
    RawClient client(server->port());
    return client.ask("POST " + std::string{target} + " HTTP/1.1\r\nAuthorization: Bearer " +
                      std::string{key} + "\r\nContent-Type: " + std::string{type} +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string{headers} +
                      "\r\n" + std::string{body});
  }
  RawReply structured(std::string_view body, std::string_view key = "tk_acme",
                      std::string_view target = "/v1/events") {
    return post(body, "application/cloudevents+json", key, target);
  }
  std::vector<std::string> stored(std::string_view tenant = "acme") {
    const Partition partition = partition_of(TenantId{std::string{tenant}}, log.partitions());
    std::vector<std::string> documents;
    for (Position at{partition, Offset{0}};;) {
      const auto batch = log.read(at, 1 << 20);
      REQUIRE(batch.ok());
      if (batch->empty()) return documents;
      for (std::size_t i = 0; i < batch->size(); ++i) documents.emplace_back((*batch)[i].document);
      at.next = at.next + batch->size();
    }
  }

  ManualClock clock;
  MemoryLog log{clock};
  MemoryKeys keys;
  Catalogue catalogue;
  Gate gate{catalogue, keys, clock, [](const TenantId& tenant) { return tenant == TenantId{"acme"}; }};
  EventsDoor door{gate, log, small_limits()};
  http::Routes routes;
  std::optional<http::Server> server;
};

}  // namespace trunkline::testing
