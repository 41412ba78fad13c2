// Names and literals that rows hold open, and their end: after an erasure nothing of the person is in any
// row, in whatever order its events arrive and whether rows were folded before or after the keys were
// destroyed.
#include <algorithm>

#include "core/keys_memory.hpp"
#include "core/stored_event.hpp"
#include "projections/leads/projection.hpp"
#include "tests/given.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

const TenantId acme{"acme"};
const std::string phone_token = token("x1"), mail_token = token("x1", 'e');

std::string sealed_event(KeyStore& keys, std::string type, std::string subject, std::string clear,
                         PersonalParts parts, Time time) {
  Envelope envelope;
  envelope.id = type + ":" + subject;
  envelope.source = "/test";
  envelope.type = std::move(type);
  envelope.subject = std::move(subject);
  envelope.time = time;
  envelope.tenant = acme;
  for (const auto& literal : parts.literals) envelope.contacts.push_back(literal.token);
  parts.owner = envelope.contacts.front();
  auto draft = stored_event(envelope, clear, parts, keys);
  REQUIRE(draft.ok());
  draft->document.replace(draft->recordedtime_at, formatted_time_size, format_time(time));
  return draft->document;
}

std::vector<std::string> story(KeyStore& keys) {
  PersonalParts about;
  about.literals = {{Token{phone_token}, "+15550123CANARY"}, {Token{mail_token}, "canary@example.com"}};
  about.fields = {
      {"/first_name", "\"Canary\""}, {"/last_name", "\"Canarybird\""}, {"/city", "\"Canaryville\""}};
  PersonalParts said;
  said.literals = {{Token{phone_token}, "+15550123CANARY"}};
  said.fields = {{"/content", "\"canary sings\""}};
  return {sealed_event(keys, "lead.captured", "lead-1",
                       R"({"contact":{"phone":")" + phone_token + R"(","email":")" + mail_token +
                           R"("},"source":"form"})",
                       about, at(9)),
          sealed_event(keys, "message.received", "m1",
                       R"({"contact":{"phone":")" + phone_token + R"("},"channel":"sms"})", said, at(10))};
}

std::string erasure() {
  return TestEvent("subject.erased", "", at(12))
      .json("tokens", "[\"" + phone_token + "\",\"" + mail_token + "\"]")
      .document();
}

class Desk {
 public:
  explicit Desk(KeyStore& keys) : session_(database_.connect()) {
    FoldSettings settings;
    settings.keys = &keys;
    fold_ = leads::projection.make_fold(settings);
    REQUIRE(install(session_, leads::projection).ok());
    REQUIRE(use_schema(session_, "leads_v1").ok());
  }
  void fold(const std::vector<std::string>& documents) {
    json::Parser parser;
    for (const std::string& document : documents) {
      const std::string padded = document + std::string(json::padding, '\0');
      const auto view = view_event(parser, std::string_view{padded}.substr(0, document.size()));
      REQUIRE(view.ok());
      REQUIRE(fold_->read(*view).ok());
      REQUIRE(fold_->load(session_).ok());
      fold_->apply();
      auto transaction = Transaction::begin(session_, Transaction::Kind::durable);
      REQUIRE(transaction.ok());
      REQUIRE(write_rows(*transaction, fold_->take_writes()).ok());
      REQUIRE(transaction->commit().ok());
      fold_->settled();
    }
  }
  std::string text(const std::string& sql) {
    const auto rows = session_.run(sql);
    REQUIRE_MESSAGE(rows.ok(), (rows ? "" : rows.error().message));
    std::string text;
    for (std::size_t i = 0; i < rows->size(); ++i) text += std::string{rows->text(i, 0)} + "\n";
    return text;
  }
  // Every column of every row, bytes as they are.
  std::string everything() {
    std::string all;
    for (const std::string table : {"leads", "contacts", "facts", "peers", "texts"})
      all += text("SELECT t::text FROM " + table + " t ORDER BY 1");
    return all + text("SELECT encode(packed, 'escape') FROM contacts ORDER BY 1") +
           text("SELECT encode(packed, 'escape') FROM facts ORDER BY 1");
  }

 private:
  TestDatabase database_;
  Postgres session_;
  std::unique_ptr<Fold> fold_;
};

bool sings(std::string rows) {
  std::transform(rows.begin(), rows.end(), rows.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return rows.find("canar") != std::string::npos || rows.find("5550123") != std::string::npos;
}

}  // namespace

TEST_CASE("names and contact points are open in a lead's row, what was said is not") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  MemoryKeys keys;
  Desk desk(keys);
  desk.fold(story(keys));
  CHECK(desk.text("SELECT concat_ws(' ', first_name, last_name, city, phone, email) FROM leads") ==
        "Canary Canarybird Canaryville +15550123CANARY canary@example.com\n");
  CHECK(desk.everything().find("sings") == std::string::npos);
  CHECK(desk.text("SELECT count(*) FROM texts") == "2\n");
}

TEST_CASE("after an erasure no row holds anything of the person, in any order, and every number stays") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  MemoryKeys keys;
  std::vector<std::string> events = story(keys);
  events.push_back(erasure());
  Desk live(keys);
  live.fold(events);  // folded while the keys were there
  CHECK_FALSE(sings(live.everything()));
  CHECK(live.text("SELECT members || ' ' || messages_in || ' ' || erased || ' ' || source FROM leads") ==
        "2 1 true form\n");
  Desk backwards(keys);
  backwards.fold({events.rbegin(), events.rend()});
  CHECK(backwards.everything() == live.everything());
  REQUIRE(keys.destroy(acme, std::vector<Token>{Token{phone_token}, Token{mail_token}}).ok());
  Desk anew(keys);
  anew.fold(events);
  CHECK(anew.everything() == live.everything());
  live.fold(story(keys));  // a late redelivery, redacted at the door
  CHECK_FALSE(sings(live.everything()));
}

TEST_CASE("an erased contact that is linked to a living one stays erased, the living one stays open") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  MemoryKeys keys;
  Desk desk(keys);
  desk.fold(story(keys));
  desk.fold({erasure()});
  PersonalParts living;
  living.literals = {{Token{token("living")}, "+4915112345678"}};
  living.fields = {{"/first_name", "\"Lena\""}};
  desk.fold({sealed_event(keys, "lead.captured", "lead-2",
                          R"({"contact":{"phone":")" + token("living") + "\"}}", living, at(13)),
             linked("living", "x1", at(14)).document()});
  CHECK(desk.text("SELECT concat_ws(' ', members, first_name, last_name, phone, erased) FROM leads") ==
        "3 Lena +4915112345678 f\n");
  CHECK_FALSE(sings(desk.everything()));
}
