// GET /v1/events as a client asks it, without a socket.
#include "projections/events_route.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "core/contact.hpp"
#include "core/keys_memory.hpp"
#include "core/log/memory_log.hpp"
#include "core/stored_event.hpp"
#include "tests/builders.hpp"
#include "tests/manual_clock.hpp"
#include "tests/temporary_directory.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

const TenantId acme{"acme"};

class NoBody final : public http::Body {
 public:
  Status stream(std::size_t, const Sink&) override { return done(); }
};

class Archive {
 public:
  Archive() : log_(clock_, 4) {
    auto opened = HistoryIndex::open(directory_.path() + "/index", log_);
    REQUIRE(opened.ok());
    index_ = std::move(*opened);
    context_ = std::make_unique<HistoryContext>(HistoryContext{log_, clock_, keys, *index_});
    add_events_route(routes_, *context_);
  }

  // Somebody with this number says something, which is sealed.
  Position said(const std::string& phone, const std::string& text, const std::string& tenant = "acme") {
    const TenantId whose{tenant};
    PersonalParts parts;
    const Token token = token_of(Hmac(*keys.tenant_secret(whose)), ContactKind::phone, phone);
    parts.owner = token;
    parts.literals = {{token, phone}};
    parts.fields = {{"/content", "\"" + text + "\""}};
    Envelope envelope;
    envelope.id = text;
    envelope.source = "/test";
    envelope.type = "message.received";
    envelope.subject = "m-" + text;
    envelope.time = clock_.now();
    envelope.tenant = whose;
    envelope.contacts = {token};
    auto draft = stored_event(envelope, R"({"contact":{"phone":")" + token.value() + R"("},"channel":"sms"})",
                              parts, keys);
    REQUIRE(draft.ok());
    std::vector<Draft> drafts;
    drafts.push_back(std::move(*draft));
    const auto appended = log_.append(std::move(drafts));
    REQUIRE(appended.ok());
    clock_.move(std::chrono::minutes{1});
    return {appended->front().partition, appended->front().next + 1};
  }
  void index_all() {
    while (*index_->step() > 0) continue;
  }

  http::Response ask(const std::string& query, const std::string& tenant = "acme") {
    const auto found = routes_.find(http::Method::get, "/v1/events");
    REQUIRE(found.ok());
    http::Request request;
    request.route = found->route->route;
    auto parsed = http::Query::parse(query);
    REQUIRE(parsed.ok());
    request.query = std::move(*parsed);
    request.caller.tenant = TenantId{tenant};
    request.body = &no_body_;
    request.header = [](std::string_view) { return std::string_view{}; };
    return found->route->handler(request);
  }
  std::string all(const std::string& query, const std::string& tenant = "acme") {
    http::Response response = ask(query, tenant);
    CHECK_MESSAGE(response.status == 200, response.body);
    std::string text = response.body;
    for (bool more = response.pieces != nullptr; more;) {
      const auto next = response.pieces(text);
      REQUIRE(next.ok());
      more = *next == http::More::yes;
    }
    return text;
  }
  std::string position(Position at) const { return position_text(log_.id(), at); }

  MemoryKeys keys;

 private:
  ManualClock clock_;
  MemoryLog log_;
  TemporaryDirectory directory_;
  std::unique_ptr<HistoryIndex> index_;
  std::unique_ptr<HistoryContext> context_;
  http::Routes routes_;
  NoBody no_body_;
};

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [known, value] : response.headers)
    if (known == name) return value;
  return "";
}

std::string id_of(const std::string& line) {
  const auto at = line.find("\"id\":\"") + 6;
  return line.substr(at, line.find('"', at) - at);
}

}  // namespace

TEST_CASE("the history is opened for its own tenant, stored bytes are given as they are") {
  Archive archive;
  archive.said("+15550000001", "hello");
  archive.said("+15550000002", "foreign", "other");
  const std::string opened = archive.all("");
  CHECK(lines(opened) == 1);
  CHECK(opened.find("\"content\":\"hello\"") != std::string::npos);
  CHECK(opened.find("+15550000001") != std::string::npos);
  CHECK(opened.starts_with("{\"position\":\""));
  const std::string stored = archive.all("stored=true");
  CHECK(stored.find("hello\"}") == std::string::npos);
  CHECK(stored.find("\"box\":") != std::string::npos);
  CHECK(stored.starts_with("{\"specversion\":"));
  CHECK(archive.ask("tenant=other").status == 403);
}

TEST_CASE("who was erased stays closed in the history") {
  Archive archive;
  archive.said("+15550000001", "hello");
  const Token token = token_of(Hmac(*archive.keys.tenant_secret(acme)), ContactKind::phone, "+15550000001");
  REQUIRE(archive.keys.destroy(acme, std::vector<Token>{token}).ok());
  const std::string opened = archive.all("");
  CHECK(opened.find("\"content\"") == std::string::npos);
  CHECK(opened.find("+1555") == std::string::npos);
  CHECK(opened.find("\"redacted\":[\"" + token.value() + "\"]") != std::string::npos);
}

TEST_CASE("by contact in any spelling, by subject and by type; not before the index has caught up") {
  Archive archive;
  archive.said("+15550000001", "one");
  archive.said("+15550000002", "two");
  archive.said("+15550000001", "three");
  CHECK(archive.all("type=message.*") == archive.all(""));
  CHECK(archive.all("type=call.*").empty());
  archive.index_all();
  CHECK(lines(archive.all("contact=%2B1%20555%20000%200001")) == 2);
  const Token token = token_of(Hmac(*archive.keys.tenant_secret(acme)), ContactKind::phone, "+15550000002");
  CHECK(id_of(archive.all("contact=" + token.value())) == "two");
  CHECK(id_of(archive.all("subject=m-three")) == "three");
  CHECK(archive.ask("contact=%2B1").status == 400);
  CHECK(archive.ask("colour=red").status == 400);
}

TEST_CASE("a page says where the next one begins, and pages together are the whole") {
  Archive archive;
  Position fifth{};
  for (int i = 0; i < 10; ++i) {
    const Position behind = archive.said("+15550000001", "n" + std::to_string(i));
    if (i == 4) fifth = behind;
  }
  std::string pages, from;
  for (int page = 0; page < 4; ++page) {
    const http::Response response = archive.ask("limit=3" + from);
    CHECK(lines(response.body) == (page < 3 ? 3 : 1));
    CHECK(header(response, "Trunkline-More") == (page < 3 ? "true" : "false"));
    pages += response.body;
    from = "&from_position=" + header(response, "Trunkline-Next");
  }
  CHECK(pages == archive.all(""));
  CHECK(lines(archive.all("from_position=" + archive.position(fifth))) == 5);
  CHECK(lines(archive.all("to_position=" + archive.position(fifth))) == 5);
  CHECK(archive.ask("from_position=000000000000-0-1").status >= 400);
}

TEST_CASE("following waits for what comes, and ends with the position to go on from") {
  Archive archive;
  archive.said("+15550000001", "before");
  http::Response response = archive.ask("follow_ms=60000&limit=2");
  REQUIRE(response.pieces);
  std::string text;
  REQUIRE(*response.pieces(text) == http::More::yes);
  CHECK(id_of(text) == "before");
  Position behind{};
  std::thread later([&] { behind = archive.said("+15550000001", "after"); });
  text.clear();
  while (*response.pieces(text) == http::More::yes) continue;
  later.join();
  CHECK(id_of(text) == "after");
  const std::string over = archive.all("follow_ms=1&from_position=" + archive.position(behind));
  CHECK(over.find("{\"heartbeat\":") == 0);
  CHECK(over.find(archive.position(behind)) != std::string::npos);
}
