// A person asks to be forgotten: from the door through the journal and every read model, and back in again
// late. Canaries are put in as names, numbers and texts; they may be opened before the erasure and found
// nowhere after it.
#include "commands/erase.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/contact.hpp"
#include "core/crypto.hpp"
#include "core/log/rocks_log.hpp"
#include "core/open.hpp"
#include "ingest/intake.hpp"
#include "projections/install.hpp"
#include "projections/runner.hpp"
#include "tests/manual_clock.hpp"
#include "tests/temporary_directory.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using testing::TestDatabase;

namespace {

const TenantId acme{"acme"};
constexpr std::string_view canaries[] = {"4155550177", "quokka",  "Zanzibarella", "platypus",
                                         "wombat",     "axolotl", "capybara",     "kookaburra"};

std::string event(std::string_view type, std::string_view subject, int minute, std::string_view data) {
  const std::string type_text{type}, subject_text{subject};
  std::string time = std::to_string(minute);
  time.insert(0, 2 - time.size(), '0');
  return R"({"specversion":"1.0","id":")" + type_text + "-" + subject_text + "-" + time +
         R"(","source":"/test","type":")" + type_text + R"(","subject":")" + subject_text +
         R"(","time":"2025-11-12T10:)" + time + R"(:00Z","data":)" + std::string{data} + "}";
}

const std::vector<std::string> anns_story = {
    event("lead.captured", "ann", 1,
          R"({"contact":{"phone":"+14155550177","email":"Quokka@example.org"},"first_name":"Zanzibarella",
              "last_name":"Quokkasson","source":"website_quote","campaign":"spring","favourite":"capybara"})"),
    event("call.recording_ready", "call-1", 2,
          R"({"url":"https://example.org/axolotl.ogg","duration_ms":61000})"),
    event(
        "call.ended", "call-1", 3,
        R"({"direction":"inbound","from":"+1 415 555 0177","to":"+14155550000","agent_id":"ella","status":"completed",
              "connected_at":"2025-11-12T10:02:00Z","duration_ms":61000,"summary":"about a wombat"})"),
    event("call.transcribed", "call-1", 4,
          R"({"transcript":[{"speaker":"user","text":"a wombat!","at_ms":1}]})"),
    event("message.received", "message-1", 5,
          R"({"contact":{"phone":"+14155550177"},"channel":"sms","content":"my platypus"})"),
    event("conversion.recorded", "sale-1", 6,
          R"({"contact":{"email":"quokka@example.org"},"value":"120.00","currency":"USD"})")};

// Facts that nobody had heard of before the erasure; the first says nothing of whom it is about.
const std::vector<std::string> anns_late_story = {
    event("call.recording_ready", "call-7", 20, R"({"url":"https://example.org/axolotl-7.ogg"})"),
    event("call.ended", "call-7", 21,
          R"({"contact":{"phone":"+14155550177"},"direction":"outbound","duration_ms":1000,
                                         "summary":"a kookaburra"})"),
    event("call.transcribed", "call-7", 22,
          R"({"transcript":[{"speaker":"user","text":"kookaburra","at_ms":1}]})"),
    event(
        "message.received", "message-9", 23,
        R"({"contact":{"phone":"+14155550177","email":"quokka@example.org"},"channel":"sms","content":"kookaburra"})")};

const std::vector<std::string> bobs_story = {
    event("lead.captured", "bob", 7,
          R"({"contact":{"phone":"+14155550199"},"first_name":"Bob","source":"cold_list"})"),
    event("message.received", "message-2", 8,
          R"({"contact":{"phone":"+14155550199"},"channel":"sms","content":"hello from Bob"})")};

// Everything of one server but its sockets. Reads every file, row and line that it leaves behind.
struct System {
  System() { install_models(live); }

  template <class T>
  static T opened(Result<T> result) {
    REQUIRE(result);
    return std::move(*result);
  }
  static void install_models(const TestDatabase& database) {
    auto session = database.connect();
    REQUIRE(install_bookkeeping(session));
    for (const Projection& projection : projections()) REQUIRE(install(session, projection));
  }

  std::vector<Refusal> send(const std::vector<std::string>& events) {
    Acceptance acceptance(gate);
    Intake intake(*log, acceptance, {acme, Sender::Kind::tenant, false}, {});
    std::uint64_t number = 0;
    for (std::string text : events) {
      text.reserve(text.size() + json::padding);
      REQUIRE(intake.take(++number, text));
    }
    REQUIRE(intake.finish());
    return intake.report().refusals;
  }

  void fold(const TestDatabase& database) {
    for (const Projection& projection : projections()) {
      RunnerSettings settings;
      settings.member.name = "test";
      settings.fold.keys = keys.get();
      Runner runner(*log, database.address(), projection, std::move(settings), nullptr);
      for (auto folded = runner.step();; folded = runner.step()) {
        REQUIRE(folded);
        if (*folded == 0) break;
      }
    }
  }

  Result<EraseAnswer> erase(const Token& lead) {
    Erasing erasing(*keys, *log, clock, [this](Position, Deadline) {
      fold(live);
      return true;
    });
    return erasing.erase({acme, lead.value(), "k_1", {}});
  }

  Token token(ContactKind kind, std::string_view normalised) {
    return token_of(Hmac{keys->tenant_secret(acme).value()}, kind, normalised);
  }

  std::vector<std::string> records() {
    const auto batch = log->read({partition_of(acme, log->partitions()), Offset{0}}, 1 << 24);
    REQUIRE(batch);
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < batch->size(); ++i) documents.emplace_back((*batch)[i].document);
    return documents;
  }

  std::string opened_records() {
    std::string all;
    for (const auto& document : records()) {
      const auto opened = open_document(*keys, document);
      REQUIRE(opened);
      all += *opened + "\n";
    }
    return all;
  }

  std::string journal_bytes() {
    std::string all;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory.path())) {
      if (!file.is_regular_file()) continue;
      std::ifstream stream(file.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(stream), {});
    }
    return all;
  }

  ManualClock clock;
  TemporaryDirectory directory;
  TestDatabase live;
  PostgresPool pool{live.address(), 6};
  std::unique_ptr<RocksLog> log =
      opened(RocksLog::open({directory.path(), 4, Compression::none, nullptr}, clock));
  std::unique_ptr<PostgresKeys> keys = opened(PostgresKeys::open(pool, random_key(), JournalState::empty));
  Catalogue catalogue = opened(Catalogue::load());
  Gate gate{catalogue, *keys, clock, [](const TenantId& tenant) { return tenant == acme; }};
};

// Every row of every read model, as Postgres prints it.
std::string rows_of(const TestDatabase& database) {
  std::string all;
  for (const Projection& projection : projections()) {
    const auto schema = rows_schema(projection);
    auto session = database.connect();
    const auto tables = session.run("SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1",
                                    Params{}.text(schema));
    REQUIRE(tables);
    for (std::size_t i = 0; i < tables->size(); ++i) {
      const auto table = schema + "." + std::string{tables->text(i, 0)};
      all += table + "\n" +
             database.value("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM " + table + " t") +
             "\n";
    }
  }
  return all;
}

// What is counted of the leads, and said of them without naming anybody.
std::string numbers_of(const TestDatabase& database) {
  return database.value(
             "SELECT string_agg((to_jsonb(l) - ARRAY['first_name', 'last_name', 'phone', 'email', "
             "'business_name',"
             " 'city', 'state', 'erased', 'details'])::text, E'\\n' ORDER BY lead) FROM leads.leads l") +
         database.value("SELECT string_agg(q::text, E'\\n' ORDER BY q::text) FROM analytics.quarters q") +
         database.value("SELECT string_agg(l::text, E'\\n' ORDER BY l::text) FROM lead_desk.leads l") +
         database.value("SELECT string_agg(a::text, E'\\n' ORDER BY a::text) FROM lead_desk.attribution a");
}

// The canaries in a text, also as Postgres prints bytes.
std::string canaries_in(std::string_view text) {
  std::string found;
  for (const auto canary : canaries)
    if (text.find(canary) != std::string_view::npos || text.find(hex(canary)) != std::string_view::npos)
      found.append(canary).append(" ");
  return found;
}

// What the process writes to stderr while this lives.
class CapturedLog {
 public:
  CapturedLog() : file_(std::tmpfile()), former_(::dup(STDERR_FILENO)) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() {
    ::dup2(former_, STDERR_FILENO);
    ::close(former_);
    std::fclose(file_);
  }
  std::string text() {
    std::fflush(stderr);
    std::string text(1 << 20, '\0');
    const auto size = ::pread(::fileno(file_), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  std::FILE* file_;
  int former_;
};

}  // namespace

TEST_CASE("a person who was erased is in no row, and opens nowhere, while every number stays") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  System system;
  CHECK(system.send(anns_story).empty());
  CHECK(system.send(bobs_story).empty());
  system.fold(system.live);
  CHECK(canaries_in(rows_of(system.live)) ==
        "4155550177 quokka Zanzibarella ");  // what lists show is held open
  CHECK(canaries_in(system.opened_records()) ==
        "4155550177 quokka Zanzibarella platypus wombat axolotl capybara ");
  const auto numbers = numbers_of(system.live);

  const auto erased = system.erase(system.token(ContactKind::email, "quokka@example.org"));
  REQUIRE(erased);
  CHECK(erased->contacts == 2);
  system.fold(system.live);
  CHECK(canaries_in(rows_of(system.live)) == "");
  CHECK(canaries_in(system.opened_records()) == "");
  CHECK(system.opened_records().find("hello from Bob") != std::string::npos);
  CHECK(numbers_of(system.live) == numbers);

  CHECK(system.send(anns_story).empty());  // redelivered
  system.fold(system.live);
  CHECK(numbers_of(system.live) == numbers);
  CHECK(canaries_in(system.opened_records()) == "");
  CHECK(canaries_in(rows_of(system.live)) == "");

  const TestDatabase anew;
  System::install_models(anew);
  system.fold(anew);
  CHECK(numbers_of(anew) == numbers);
  CHECK(rows_of(anew) == rows_of(system.live));
  CHECK(canaries_in(rows_of(anew)) == "");
}

TEST_CASE("what comes later about somebody erased stays closed, also once he is linked to somebody living") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  System system;
  system.send(anns_story);
  system.send(bobs_story);
  const auto phone = system.token(ContactKind::phone, "+14155550177");
  REQUIRE(system.erase(phone));
  CHECK(system.send(anns_late_story).empty());
  system.send(
      {event("lead.linked", "ann", 30,
             R"({"contact":{"phone":"+14155550177"},"other":{"phone":"+14155550199"},"by":"person"})")});
  system.send(anns_story);
  system.fold(system.live);
  CHECK(canaries_in(system.opened_records()) == "");
  CHECK(canaries_in(rows_of(system.live)) == "");
  const auto bob = system.token(ContactKind::phone, "+14155550199");
  CHECK(system.live.value("SELECT first_name FROM leads.leads l JOIN leads.contacts c ON c.lead_id = l.lead"
                          " WHERE c.token = '" +
                          phone.value() + "'") == "Bob");
  CHECK(system.live.value(
            "SELECT count(*) FROM leads.contacts WHERE lead_id = (SELECT lead_id FROM leads.contacts"
            " WHERE token = '" +
            bob.value() + "')") == "3");
}

TEST_CASE("no canary is ever in a decoded record, a journal's file, a log or a report") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  CapturedLog captured;
  System system;
  system.send(anns_story);
  const auto refusals = system.send(
      {event("lead.captured", "ann", 9,
             R"({"contact":{"phone":"platypus 4155550177"},"first_name":["Zanzibarella"]})"),
       event("message.received", "quokka@example.org", 9,
             R"({"contact":{"phone":"+14155550177"},"content":"wombat"})"),
       event("message.received", "message-3", 9, R"({"contact":{"email":"quokka"},"channel":"axolotl"})"),
       R"({"kookaburra":)"});
  CHECK(refusals.size() == 4);
  CHECK(canaries_in(refusals_json(refusals, "line")) == "");
  system.fold(system.live);
  REQUIRE(system.erase(system.token(ContactKind::phone, "+14155550177")));
  system.fold(system.live);
  for (const auto& record : system.records()) CHECK(canaries_in(record) == "");
  const auto bytes = system.journal_bytes();
  CHECK(bytes.find("call.transcribed-call-1-04") !=
        std::string::npos);  // the search would find what is there
  CHECK(canaries_in(bytes) == "");
  CHECK(canaries_in(captured.text()) == "");
}
