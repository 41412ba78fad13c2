#include "commands/erase.hpp"

#include <doctest/doctest.h>

#include "core/contact.hpp"
#include "core/open.hpp"
#include "core/stored_event.hpp"
#include "tests/any_log.hpp"
#include "tests/log_drafts.hpp"
#include "tests/manual_clock.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using testing::TestDatabase;

namespace {

const TenantId acme{"acme"};

// A log whose appends fail as told: before anything is written, or after all of it is.
class FailingLog final : public Log {
 public:
  enum class Failure { none, before, after };
  explicit FailingLog(Log& log) : log_(log) {}
  Failure next = Failure::none;

  JournalId id() const override { return log_.id(); }
  std::uint32_t partitions() const override { return log_.partitions(); }
  Result<std::vector<Position>> append(std::vector<Draft> drafts) override {
    if (next == Failure::before) return try_again("disk", "as told");
    auto appended = log_.append(std::move(drafts));
    if (next == Failure::after) return try_again("disk", "as told");
    return appended;
  }
  Result<RecordBatch> read(Position from, std::size_t bytes_max) override {
    return log_.read(from, bytes_max);
  }
  void wait(std::span<const Position> any_of, Deadline deadline) override { log_.wait(any_of, deadline); }
  void wake() override { log_.wake(); }
  std::vector<Position> ends() const override { return log_.ends(); }
  Result<Position> position_at(Partition partition, Time at) override {
    return log_.position_at(partition, at);
  }

 private:
  Log& log_;
};

// Two leads: Ann with a phone, an address and two facts; Bob with a phone. The views stand for the read
// model's.
struct World {
  World() {
    auto opened = PostgresKeys::open(pool, Key256{}, JournalState::empty);
    REQUIRE(opened);
    keys = *std::move(opened);
    secret.emplace(keys->tenant_secret(acme).value());
    const Token ann = token_of(*secret, ContactKind::phone, "+14155550123");
    const Token ann_email = token_of(*secret, ContactKind::email, "ann@example.org");
    contacts = {std::min(ann, ann_email), std::max(ann, ann_email)};
    bob = token_of(*secret, ContactKind::phone, "+14155550199");
    REQUIRE(database.connect().script(
        "CREATE SCHEMA leads; CREATE TABLE leads.contacts (tenant text, token text, lead_id text);"
        "CREATE TABLE leads.facts (tenant text, contact text, family text, subject text);"
        "INSERT INTO leads.contacts VALUES ('acme', '" +
        contacts[0].value() + "', '" + contacts[0].value() +
        "'),"
        " ('acme', '" +
        contacts[1].value() + "', '" + contacts[0].value() +
        "'),"
        " ('acme', '" +
        bob.value() + "', '" + bob.value() +
        "'),"
        " ('other', '" +
        bob.value() + "', '" + contacts[0].value() +
        "');"
        "INSERT INTO leads.facts VALUES ('acme', '" +
        contacts[1].value() +
        "', 'call', 'c1'),"
        " ('acme', '" +
        contacts[0].value() +
        "', 'lead.captured', 'test#e1'),"
        " ('acme', '" +
        bob.value() + "', 'call', 'c2')"));
    tokens = {contacts[0], contacts[1], subject_token(*secret, "call", "c1"), bob,
              subject_token(*secret, "call", "c2")};
    REQUIRE(keys->keys_to_seal(acme, tokens));
  }

  Result<EraseAnswer> erase(const std::string& lead) {
    Erasing erasing(*keys, log, clock, [this](Position, Deadline) { return leads_show; });
    return erasing.erase({acme, lead, "k_1", {}});
  }
  // As a new process would: nothing but Postgres and the journal is left of the former.
  Status restart() {
    auto opened = PostgresKeys::open(pool, Key256{}, JournalState::holds_events);
    REQUIRE(opened);
    keys = *std::move(opened);
    return Erasing(*keys, log, clock, [](Position, Deadline) { return true; }).relay_pending();
  }
  std::vector<bool> keys_there() {
    std::vector<bool> there;
    const auto opened = keys->keys_to_open(acme, tokens);
    REQUIRE(opened);
    for (const auto& key : *opened) there.push_back(key.has_value());
    return there;
  }
  std::vector<std::string> journal() {
    return documents_from(memory, {partition_of(acme, default_partitions), Offset{0}});
  }

  TestDatabase database;
  PostgresPool pool{database.address(), 4};
  ManualClock clock;
  testing::AnyLog memory{clock, default_partitions};
  FailingLog log{memory};
  std::unique_ptr<PostgresKeys> keys;
  std::optional<Hmac> secret;
  std::vector<Token> contacts, tokens;
  Token bob;
  bool leads_show = true;
};

const std::vector<bool> all_there{true, true, true, true, true};
const std::vector<bool> ann_gone{false, false, false, true, true};

}  // namespace

TEST_CASE("erasing a lead destroys the keys of its contact points and facts, and tells the journal") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto erased = world.erase(world.contacts[1].value());
  REQUIRE(erased);
  CHECK(erased->lead_id == world.contacts[0].value());
  CHECK(erased->contacts == 2);
  CHECK(world.keys_there() == ann_gone);
  const auto journal = world.journal();
  REQUIRE(journal.size() == 1);
  std::string padded = journal[0];
  padded.reserve(padded.size() + json::padding);
  json::Parser parser;
  const auto event = view_event(parser, padded);
  REQUIRE(event);
  CHECK(event->type == "subject.erased");
  CHECK(event->subject == erased->event_id);
  CHECK(event->actor == "k_1");
  CHECK(event->contacts == world.contacts[0].value() + " " + world.contacts[1].value());
  CHECK(event->data.array("tokens")->size() == 2);
  CHECK(erased->position ==
        position_text(world.log.id(), world.memory.ends()[partition_of(acme, default_partitions).value()]));
}

TEST_CASE("erasing again answers the same and appends nothing") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto first = world.erase(world.contacts[0].value());
  const auto second = world.erase(world.contacts[1].value());
  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->position == first->position);
  CHECK(second->event_id == first->event_id);
  REQUIRE(world.restart());
  CHECK(world.journal().size() == 1);
}

TEST_CASE("what has joined an erased lead since is erased by asking again") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  REQUIRE(world.erase(world.contacts[0].value()));
  REQUIRE(world.database.connect().script("UPDATE leads.contacts SET lead_id = '" +
                                          world.contacts[0].value() + "' WHERE tenant = 'acme'"));
  const auto again = world.erase(world.contacts[0].value());
  REQUIRE(again);
  CHECK(again->contacts == 3);
  CHECK(world.keys_there() == std::vector<bool>(5, false));
  CHECK(world.journal().size() == 2);
}

TEST_CASE("a lead of more contact points than one event can name is told in several") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  REQUIRE(world.database.connect().script(
      "INSERT INTO leads.contacts SELECT 'acme', 'v_' || lpad(n::text, 22, '0'), '" +
      world.contacts[0].value() + "' FROM generate_series(1, 12000) AS n"));
  const auto erased = world.erase(world.contacts[0].value());
  REQUIRE(erased);
  CHECK(erased->contacts == 12'002);
  CHECK(world.journal().size() == 2);
  CHECK(erased->position.ends_with("-2"));
}

TEST_CASE("nobody is erased who is not known, or before the leads show what the journal holds") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  CHECK(world.erase("p_AAAAAAAAAAAAAAAAAAAAAA").error().code == "not_found");
  world.leads_show = false;
  CHECK(world.erase(world.contacts[0].value()).error().code == "stale");
  CHECK(world.keys_there() == all_there);
  CHECK(world.journal().empty());
}

TEST_CASE("a failure while destroying leaves everything as it was") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  REQUIRE(world.database.connect().script("ALTER TABLE keys.erasures RENAME TO away"));
  CHECK_FALSE(world.erase(world.contacts[0].value()));
  CHECK(world.keys_there() == all_there);
  REQUIRE(world.database.connect().script("ALTER TABLE keys.away RENAME TO erasures"));
  REQUIRE(world.restart());
  CHECK(world.keys_there() == all_there);
  CHECK(world.journal().empty());
}

TEST_CASE("a crash between destroying and appending is told at the next start") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  world.log.next = FailingLog::Failure::before;
  CHECK(world.erase(world.contacts[0].value()).error().fault == Fault::retry);
  CHECK(world.keys_there() == ann_gone);
  CHECK_FALSE(world.restart());
  world.log.next = FailingLog::Failure::none;
  REQUIRE(world.restart());
  CHECK(world.keys_there() == ann_gone);
  CHECK(world.journal().size() == 1);
  REQUIRE(world.erase(world.contacts[0].value()));
  CHECK(world.journal().size() == 1);
}

TEST_CASE("a crash between appending and marking tells the same event once more") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  world.log.next = FailingLog::Failure::after;
  CHECK_FALSE(world.erase(world.contacts[0].value()));
  world.log.next = FailingLog::Failure::none;
  world.clock.move(std::chrono::hours{1});
  REQUIRE(world.restart());
  const auto journal = world.journal();
  REQUIRE(journal.size() == 2);
  const auto said = [](const std::string& document) {
    const auto at = document.find("\"contenthash\"");
    return document.substr(at, 50);
  };
  CHECK(said(journal[0]) == said(journal[1]));
  REQUIRE(world.restart());
  CHECK(world.journal().size() == 2);
}
