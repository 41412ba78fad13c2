// Sealing and opening together: what goes in comes out, unless its key is gone.
#include "core/seal.hpp"

#include <doctest/doctest.h>

#include "core/contact.hpp"
#include "core/keys_memory.hpp"
#include "core/open.hpp"
#include "core/stored_event.hpp"

using namespace trunkline;

namespace {

struct Story {
  MemoryKeys keys;
  TenantId tenant{"acme"};
  Hmac secret{keys.tenant_secret(tenant).value()};
  Token phone = token_of(secret, ContactKind::phone, "+14155550123");
  Token email = token_of(secret, ContactKind::email, "canary@example.org");

  Envelope envelope(const std::string& id = "e1") const {
    Envelope envelope;
    envelope.id = id;
    envelope.source = "test";
    envelope.type = "message.received";
    envelope.subject = "m1";
    envelope.time = from_micros(1'700'000'000'000'000);
    envelope.dataschema = "urn:trunkline:message.received:1";
    envelope.tenant = tenant;
    envelope.contacts = {phone, email};
    return envelope;
  }
  std::string data() const {
    return R"({"contact":{"phone":")" + phone.value() + R"(","email":")" + email.value() +
           R"("},"channel":"sms","turns":[{"at_ms":1},{"at_ms":2}]})";
  }
  PersonalParts parts() const {
    return {phone,
            {{phone, "+14155550123"}, {email, "canary@example.org"}},
            {{"/content", R"("canary \"text\"")"},
             {"/turns/1/text", R"("canary two")"},
             {"/a~1b", "[1,2.5,null]"}}};
  }
  std::string stored(const std::string& id = "e1") {
    auto draft = stored_event(envelope(id), data(), parts(), keys);
    REQUIRE(draft);
    draft->document.replace(draft->recordedtime_at, formatted_time_size,
                            format_time(from_micros(1'700'000'001'000'000)));
    return draft->document;
  }
};

// The view of a document, with what it views.
struct Viewed {
  explicit Viewed(std::string document) : text(std::move(document)) {
    text.reserve(text.size() + json::padding);
    const auto viewed = view_event(parser, text);
    REQUIRE(viewed);
    event = *viewed;
  }
  std::string text;
  json::Parser parser;
  EventView event;
};

}  // namespace

TEST_CASE("a stored event shows its clear attributes and hides every personal word") {
  Story story;
  const Viewed stored(story.stored());
  CHECK(stored.text.find("canary") == std::string::npos);
  CHECK(stored.text.find("14155550123") == std::string::npos);
  CHECK(stored.event.id == "e1");
  CHECK(stored.event.contacts == story.phone.value() + " " + story.email.value());
  CHECK(stored.event.first_contact() == story.phone.value());
  CHECK(stored.event.content_hash.size() == 32);
  CHECK(stored.event.recorded == from_micros(1'700'000'001'000'000));
  CHECK(stored.event.data.string("channel") == "sms");
}

TEST_CASE("opening gives the literals by token and the fields by pointer") {
  Story story;
  const auto opened = open(story.keys, sealed_part(Viewed(story.stored()).event));
  REQUIRE(opened);
  CHECK(*opened->literal(story.phone.value()) == "+14155550123");
  CHECK(*opened->literal(story.email.value()) == "canary@example.org");
  CHECK(opened->text("/content") == "canary \"text\"");
  CHECK(*opened->field("/a~1b") == "[1,2.5,null]");
  CHECK_FALSE(opened->text("/a~1b"));
  CHECK(opened->field("/other") == nullptr);
  CHECK(opened->redacted.empty());
}

TEST_CASE("an opened document has its literals and fields where they were") {
  Story story;
  const auto opened = open_document(story.keys, story.stored());
  REQUIRE(opened);
  const auto data = opened->substr(opened->find("\"data\":"));
  CHECK(
      data ==
      R"("data":{"contact":{"phone":"+14155550123","email":"canary@example.org"},"channel":"sms",)"
      R"("turns":[{"at_ms":1},{"at_ms":2,"text":"canary two"}],"content":"canary \"text\"","a/b":[1,2.5,null]}})");
  CHECK(opened->find(R"("contacts":")" + story.phone.value() + " ") != std::string::npos);
}

TEST_CASE("a field whose object is gone is not lost") {
  Story story;
  auto draft = stored_event(story.envelope(), R"({"channel":"sms"})", story.parts(), story.keys);
  REQUIRE(draft);
  draft->document.replace(draft->recordedtime_at, formatted_time_size, format_time(Time{}));
  const auto opened = open_document(story.keys, draft->document);
  REQUIRE(opened);
  CHECK(opened->find(R"("personal":{"fields":{"/turns/1/text":"canary two"}})") != std::string::npos);
}

TEST_CASE("an erased token's box is closed for ever, before and after, and the others stay open") {
  Story story;
  const auto before = story.stored();
  REQUIRE(story.keys.destroy(story.tenant, std::vector{story.phone}));
  const auto after = story.stored("e2");
  CHECK(after.find(R"("redacted":true)") != std::string::npos);
  for (const auto& document : {before, after}) {
    const auto opened = open(story.keys, sealed_part(Viewed(document).event));
    REQUIRE(opened);
    CHECK(opened->redacted == std::vector{story.phone});
    CHECK(opened->literal(story.phone.value()) == nullptr);
    CHECK(opened->fields.empty());
    CHECK(*opened->literal(story.email.value()) == "canary@example.org");
    const auto text = open_document(story.keys, document);
    REQUIRE(text);
    CHECK(text->ends_with(R"("personal":{"redacted":[")" + story.phone.value() + R"("]}}})"));
  }
}

TEST_CASE("the content hash depends on what was said, not on nonces or erasure") {
  Story story;
  const auto hash = [](const std::string& document) {
    return std::string{Viewed(document).event.content_hash};
  };
  const auto first = hash(story.stored());
  CHECK(first == hash(story.stored()));
  REQUIRE(story.keys.destroy(story.tenant, std::vector{story.phone}));
  CHECK(first == hash(story.stored()));
  CHECK(first != hash(story.stored("e2")));
  auto other_words = story.parts();
  other_words.fields[0].json = "\"else\"";
  const auto draft = stored_event(story.envelope(), story.data(), other_words, story.keys);
  REQUIRE(draft);
  CHECK(draft->document.find(first) == std::string::npos);
}

TEST_CASE("a box moved to another event, or altered, is refused as damage") {
  Story story;
  auto sealed = sealed_part(Viewed(story.stored()).event);
  auto moved = sealed;
  moved.event_id = "e2";
  CHECK(open(story.keys, moved).error().fault == Fault::stop);
  const auto box = sealed.personal.find("\"box\":\"") + 10;
  sealed.personal[box] = sealed.personal[box] == 'A' ? 'B' : 'A';
  CHECK(open(story.keys, sealed).error().code == "sealed");
}

TEST_CASE("an event without anything personal has no personal member") {
  Story story;
  const auto draft = stored_event(story.envelope(), "{}", {}, story.keys);
  REQUIRE(draft);
  CHECK(draft->document.ends_with(R"("data":{}})"));
}

TEST_CASE("what belongs to no known contact is sealed for its subject") {
  Story story;
  const auto subject = subject_token(story.secret, "message", "m1");
  const auto draft =
      stored_event(story.envelope(), "{}", {subject, {}, {{"/content", "\"canary\""}}}, story.keys);
  REQUIRE(draft);
  CHECK(draft->document.find(R"("data":{"personal":{"token":")" + subject.value()) != std::string::npos);
}

TEST_CASE("an event that grows beyond the largest document is refused") {
  Story story;
  PersonalParts parts{story.phone, {}, {{"/content", '"' + std::string(document_bytes_max, 'x') + '"'}}};
  const auto draft = stored_event(story.envelope(), "{}", parts, story.keys);
  REQUIRE_FALSE(draft);
  CHECK(draft.error().code == "too_large");
}
