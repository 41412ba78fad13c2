// Answers that are sent piece by piece, over real sockets.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "core/http_client.hpp"
#include "core/http_server.hpp"
#include "tests/raw_http.hpp"

using namespace trunkline;
using trunkline::testing::RawClient;

namespace {

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

http::ServerSettings settings_for(std::size_t streams) {
  http::ServerSettings settings;
  settings.connections_max = 8;
  settings.streams_max = streams;
  settings.write_timeout_ms = 300;
  return settings;
}

// Serves these pieces at "/", and "1" at "/short".
class Served {
 public:
  explicit Served(http::Pieces pieces, std::size_t streams = 2)
      : server_(
            settings_for(streams), routes(std::move(pieces)),
            [](std::string_view) -> Result<http::Caller> { return rejected("unauthorized", "no"); },
            nullptr) {
    REQUIRE(server_.start().ok());
  }
  int port() const { return server_.port(); }
  void stop() { server_.stop(); }

 private:
  static http::Routes routes(http::Pieces pieces) {
    http::Routes routes;
    routes.get("/", http::Scope::open, [pieces = std::move(pieces)](http::Request&) {
      http::Response response;
      response.content_type = "application/x-ndjson";
      response.pieces = pieces;
      return response;
    });
    routes.get("/short", http::Scope::open, [](http::Request&) { return http::json("1"); });
    return routes;
  }
  http::Server server_;
};

}  // namespace

TEST_CASE("an answer in pieces arrives whole, empty pieces are nothing, and the connection is kept") {
  const auto n = std::make_shared<std::atomic<int>>(0);
  Served served([n](std::string& piece) -> Result<http::More> {
    const int i = (*n)++ % 100;
    if (i % 2 == 0) piece = std::string(10'000, static_cast<char>('a' + i % 26)) + "\n";
    return i == 99 ? http::More::no : http::More::yes;
  });
  auto client = http::Client::connect("http://127.0.0.1:" + std::to_string(served.port()), "");
  REQUIRE(client.ok());
  for (int round = 0; round < 2; ++round) {
    std::size_t bytes = 0;
    const auto answer = client->get_in_pieces("/", [&](std::string_view piece) {
      bytes += piece.size();
      return true;
    });
    REQUIRE(answer.ok());
    CHECK(answer->status == 200);
    CHECK(bytes == 50 * 10'001);
  }
}

TEST_CASE("an answer that breaks off is seen to be broken off") {
  Served served([](std::string& piece) -> Result<http::More> {
    if (!piece.empty()) return http::More::yes;
    static std::atomic<int> n = 0;
    if (n++ == 1) return must_stop("test", "it broke");
    piece = "1\n";
    return http::More::yes;
  });
  auto client = http::Client::connect("http://127.0.0.1:" + std::to_string(served.port()), "");
  REQUIRE(client.ok());
  CHECK_FALSE(client->get_in_pieces("/", [](std::string_view) { return true; }).ok());
}

TEST_CASE("who does not read holds up nobody else, costs no memory, and is let go") {
  const auto produced = std::make_shared<std::atomic<int>>(0);
  Served served([produced](std::string& piece) -> Result<http::More> {
    ++*produced;
    piece.assign(256 * 1024, 'x');
    return http::More::yes;
  });
  RawClient lazy(served.port());
  REQUIRE(lazy.send(get));
  RawClient other(served.port());
  CHECK(other.ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n").body == "1");
  served.stop();  // waits for the endless one: for its write timeout
  CHECK(*produced < 200);
}

TEST_CASE("as many answers in pieces as the server allows, and one more is told to come again") {
  const auto waiting = std::make_shared<std::atomic<int>>(0);
  Served served(
      [waiting](std::string& piece) -> Result<http::More> {
        if ((*waiting)++ == 0) piece = "1\n";
        std::this_thread::yield();
        return http::More::yes;
      },
      1);
  RawClient first(served.port());
  REQUIRE(first.send(get));
  CHECK(first.receive().status == 200);
  RawClient second(served.port());
  CHECK(second.ask(get).status == 503);
  served.stop();  // ends what would never end
  first.finish();
}
