#include "core/http_server.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include "tests/raw_http.hpp"

using namespace trunkline;
using trunkline::testing::RawClient;

namespace {

http::ServerSettings quick_settings() {
  http::ServerSettings settings;
  settings.connections_max = 8;
  settings.head_timeout_ms = 300;
  settings.idle_timeout_ms = 5'000;
  settings.body_timeout_ms = 300;
  return settings;
}

Result<http::Caller> authenticate(std::string_view bearer) {
  if (bearer == "tk_a")
    return http::Caller{TenantId{"acme"}, "k1", 1u << static_cast<unsigned>(http::Scope::read)};
  return rejected("unauthorized", "unknown key");
}

http::Routes echo_routes() {
  http::Routes routes;
  routes.get("/v1/leads/{id}", http::Scope::open,
             [](http::Request& request) { return http::json("{\"id\":\"" + request.path("id") + "\"}"); });
  routes.get("/v1/leads/counts", http::Scope::open, [](http::Request&) { return http::json("\"counts\""); });
  routes.get("/private", http::Scope::read, [](http::Request& request) {
    const auto tenant = request.tenant();
    return tenant ? http::json("\"" + tenant->value() + "\"") : http::problem(tenant.error());
  });
  routes.get("/ingest-only", http::Scope::ingest, [](http::Request&) { return http::json("1"); });
  routes.get("/large", http::Scope::open,
             [](http::Request&) { return http::json(std::string(3'000'000, '1')); });
  routes.get("/throws", http::Scope::open,
             [](http::Request&) -> http::Response { throw std::runtime_error("x"); });
  routes.post("/echo", http::Scope::open, [](http::Request& request) {
    auto body = request.body->all(100'000);
    if (!body) return http::problem(body.error());
    auto response = http::json(std::move(*body));
    response.content_type = request.content_type();
    return response;
  });
  routes.post("/ignores", http::Scope::open, [](http::Request&) { return http::json("1"); });
  return routes;
}

struct Running {
  explicit Running(http::ServerSettings settings = quick_settings(), http::Routes routes = echo_routes())
      : server(settings, std::move(routes), authenticate, {}) {
    REQUIRE(server.start().ok());
  }
  http::Server server;
};

std::string post(std::string_view path, std::string_view body, std::string_view more_headers = "") {
  return "POST " + std::string{path} +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string{more_headers} + "\r\n" + std::string{body};
}
std::string get(std::string_view target, std::string_view more_headers = "") {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: x\r\n" + std::string{more_headers} + "\r\n";
}

}  // namespace

TEST_CASE("a kept connection serves many requests, each by its own route") {
  Running running;
  RawClient client(running.server.port());
  for (int i = 0; i < 20; ++i) CHECK(client.ask(get("/v1/leads/p_1%20x?a=b")).body == "{\"id\":\"p_1 x\"}");
  CHECK(client.ask(get("/v1/leads/counts")).body == "\"counts\"");
  CHECK(client.ask(get("/v1/nothing")).status == 404);
  CHECK(client.ask(post("/v1/leads/x", "{}")).status == 405);
  CHECK(client.ask(get("/v1/leads/%zz")).status == 400);
  CHECK(client.ask(get("/v1/leads/%00")).status == 400);
  CHECK(client.ask(get("/v1/leads/x?a=%ff")).status == 400);
  const auto pipelined = get("/v1/leads/1") + post("/echo", "22") + get("/v1/leads/3");
  CHECK(client.ask(pipelined).body == "{\"id\":\"1\"}");
  CHECK(client.receive().body == "22");
  CHECK(client.receive().body == "{\"id\":\"3\"}");
}

TEST_CASE("keys, scopes and foreign tenants are judged before the handler") {
  Running running;
  RawClient client(running.server.port());
  CHECK(client.ask(get("/private")).status == 401);
  CHECK(client.ask(get("/private", "Authorization: Bearer tk_b\r\n")).status == 401);
  CHECK(client.ask(get("/private", "Authorization: Bearer tk_a\r\n")).body == "\"acme\"");
  CHECK(client.ask(get("/private?tenant=other", "Authorization: Bearer tk_a\r\n")).status == 403);
  const auto lacking = client.ask(get("/ingest-only", "Authorization: Bearer tk_a\r\n"));
  CHECK(lacking.status == 403);
  CHECK(lacking.header("Content-Type") == "application/problem+json");
  CHECK(lacking.body.find("\"code\":\"forbidden\"") != std::string::npos);
}

TEST_CASE("a body comes with a length, in chunks or compressed, form bodies of any size too") {
  Running running;
  RawClient client(running.server.port());
  CHECK(client.ask(post("/echo", "hello")).body == "hello");
  const std::string form(50'000, 'a');
  CHECK(client.ask(post("/echo", form, "Content-Type: application/x-www-form-urlencoded\r\n")).body == form);
  CHECK(
      client.ask("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
          .body == "abcde");
  CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  CHECK(client.ask(post("/echo", "hello", "Expect: 100-continue\r\n")).body == "hello");
  CHECK(client.ask(post("/ignores", std::string(1'000, 'x'))).status == 200);
  CHECK(client.ask(post("/echo", "still here")).body == "still here");
  for (const std::string_view header :
       {"Content-Type: multipart/form-data; boundary=b\r\n", "Content-Encoding: zstd\r\n"}) {
    RawClient refused(running.server.port());
    CHECK(refused.ask(post("/echo", "x", header)).status == 415);
    CHECK(refused.ended());
  }
}

TEST_CASE("too large a body is 413 and ends the connection without losing the answer") {
  Running running;
  RawClient client(running.server.port());
  CHECK(client.ask(post("/echo", std::string(500'000, 'x'))).status == 413);
  CHECK(client.ended());
}

TEST_CASE("broken framing is refused and never becomes the next request") {
  Running running;
  for (const std::string_view head : {"Content-Length: 5x\r\n\r\n", "Content-Length: -1\r\n\r\n",
                                      "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
                                      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                                      "Transfer-Encoding: gzip, chunked\r\n\r\n"}) {
    RawClient client(running.server.port());
    CHECK(client.ask("POST /echo HTTP/1.1\r\n" + std::string{head} + "GET /v1/leads/1 HTTP/1.1\r\n\r\n")
              .status == 400);
    CHECK(client.ended());
  }
  RawClient with_body(running.server.port());
  CHECK(with_body.ask(get("/v1/leads/1", "Content-Length: 3\r\n") + "abc").status == 200);
  CHECK(with_body.ended());
  RawClient chunks(running.server.port());
  CHECK(chunks.ask("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n").status == 400);
  RawClient garbage(running.server.port());
  CHECK(garbage.ask("\x16\x03\x01 nonsense\r\n\r\n").status == 400);
}

TEST_CASE("heads have bounds in size and in time, whatever the trickle") {
  Running running;
  const int port = running.server.port();
  RawClient long_path(port);
  CHECK(long_path.ask(get("/" + std::string(9'000, 'x'))).status == 414);
  RawClient many_headers(port);
  std::string headers;
  for (int i = 0; i < 3'000; ++i) headers += "X-Header-" + std::to_string(i) + ": 123456789\r\n";
  CHECK(many_headers.ask(get("/v1/leads/1", headers)).status == 431);
  RawClient endless(port);
  CHECK(endless.ask(std::string(100'000, 'x')).status == 431);
  RawClient trickling(port);
  CHECK(trickling.ask("GET /v1/leads/1 HTTP/1.1\r\nHost:").status == 408);
  CHECK(trickling.ended());
}

TEST_CASE("a body that stops or trickles is 408, one that ends early is 400") {
  Running running;
  RawClient stopping(running.server.port());
  CHECK(stopping.ask("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc").status == 408);
  RawClient trickling(running.server.port());
  trickling.send("POST /echo HTTP/1.1\r\nContent-Length: 100000\r\n\r\n");
  std::thread trickle([&] {
    while (trickling.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds{20});
  });
  CHECK(trickling.receive().status == 408);
  CHECK(trickling.ended());
  trickle.join();
  RawClient half_closed(running.server.port());
  half_closed.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  half_closed.half_close();
  CHECK(half_closed.receive().status == 400);
  RawClient whole(running.server.port());
  whole.send(post("/echo", "abc"));
  whole.half_close();
  CHECK(whole.receive().body == "abc");
}

TEST_CASE("a connection beyond the pool is told 503, and the pool serves on") {
  std::latch entered(8), release(1);
  http::Routes routes;
  routes.get("/wait", http::Scope::open, [&](http::Request&) {
    entered.count_down();
    release.wait();
    return http::json("1");
  });
  Running running(quick_settings(), std::move(routes));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(running.server.port()));
    clients.back()->send(get("/wait"));
  }
  entered.wait();
  for (int i = 0; i < 300; ++i) {
    RawClient beyond(running.server.port());
    const auto reply = beyond.ask(get("/wait"));
    CHECK(reply.status == 503);
    CHECK(reply.header("Retry-After") == "1");
  }
  release.count_down();
  for (auto& client : clients) CHECK(client->receive().status == 200);
}

TEST_CASE("stopping answers what is under way and ends idle connections at once") {
  std::latch entered(1), release(1);
  http::Routes routes;
  routes.get("/wait", http::Scope::open, [&](http::Request&) {
    entered.count_down();
    release.wait();
    return http::json("1");
  });
  Running running(quick_settings(), std::move(routes));
  RawClient idle(running.server.port()), busy(running.server.port());
  busy.send(get("/wait"));
  entered.wait();
  std::thread stopping([&] { running.server.stop(); });
  CHECK(idle.ended());
  release.count_down();
  CHECK(busy.receive().status == 200);
  stopping.join();
}

TEST_CASE("answers carry an ETag, 304 when it is still the same, gzip where it is worth it, never a range") {
  Running running;
  RawClient client(running.server.port());
  const auto plain = client.ask(get("/large", "Range: bytes=0-9\r\n"));
  CHECK(plain.status == 200);
  CHECK(plain.body.size() == 3'000'000);
  CHECK(client.ask(get("/large", "If-None-Match: " + plain.header("ETag") + "\r\n")).status == 304);
  const auto small = client.ask(get("/large", "Accept-Encoding: br, gzip\r\n"));
  CHECK(small.header("Content-Encoding") == "gzip");
  CHECK(small.body.size() < 30'000);
  CHECK(client.ask("HEAD /v1/leads/1 HTTP/1.1\r\n\r\n").status == 200);
}

TEST_CASE("a handler that throws is 500 as problem+json, without what it said") {
  Running running;
  RawClient client(running.server.port());
  const auto reply = client.ask(get("/throws"));
  CHECK(reply.status == 500);
  CHECK(reply.header("Content-Type") == "application/problem+json");
}

TEST_CASE("a port that is taken is a clear error") {
  Running running;
  http::ServerSettings settings = quick_settings();
  settings.port = running.server.port();
  http::Server second(settings, {}, authenticate, {});
  const auto started = second.start();
  REQUIRE_FALSE(started.ok());
  CHECK(started.error().code == "listen");
}
