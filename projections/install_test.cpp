#include "projections/install.hpp"

#include <doctest/doctest.h>

#include "projections/table.hpp"
#include "tests/given.hpp"

namespace trunkline {
namespace {

using testing::at;
using testing::given;
using testing::TestDatabase;

// The smallest read model there can be: when each contact was last heard of.
struct Heard {
  std::string tenant, contact;
  Time last{};
  static constexpr std::string_view table = "heard";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &Heard::tenant), column("contact", &Heard::contact), column("last", &Heard::last));
};

class HeardFold final : public Fold {
 public:
  Status read(const EventView& event) override {
    events_.push_back({std::string{event.tenant}, std::string{event.first_contact()}, event.time});
    heard_.want(key_of(events_.back()));
    return done();
  }
  Status load(Postgres& session) override { return heard_.load(session); }
  void apply() override {
    for (const Heard& event : events_) {
      Heard& row = heard_.touch(key_of(event));
      row.last = std::max(row.last, event.last);
    }
    events_.clear();
  }
  WriteSet take_writes() override {
    WriteSet writes;
    heard_.take(writes);
    return writes;
  }
  void settled() override { heard_.settled(); }
  void drop() override {
    heard_.drop();
    events_.clear();
  }

 private:
  Table<Heard> heard_{100};
  std::vector<Heard> events_;
};

std::unique_ptr<Fold> make_heard(const FoldSettings&) {
  return std::make_unique<HeardFold>();
}

const Projection heard{
    "heard", 1,
    R"(CREATE TABLE heard (tenant text COLLATE "C", contact text COLLATE "C", last timestamptz NOT NULL,
                           PRIMARY KEY (tenant, contact));)",
    "CREATE OR REPLACE VIEW :views.heard AS SELECT tenant, contact, last FROM :rows.heard;", &make_heard};

}  // namespace

TEST_CASE("a story is told: given events, when others come, then rows, whatever the order and repetition") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  given(heard, {testing::touch("ann", "spring", at(9)), testing::captured("bob", at(8)).of("other")})
      .when({testing::message_sent("ann", at(11)), testing::call_started("ann", at(10))})
      .then("SELECT tenant, substr(contact, 3, 3), extract(hour from last) FROM heard",
            {"acme|ann|11", "other|bob|8"});
}

TEST_CASE("installing twice changes nothing, and keeps the rows") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const TestDatabase database;
  auto session = database.connect();
  REQUIRE(install(session, heard).ok());
  REQUIRE(session.run("INSERT INTO heard_v1.heard VALUES ('t', 'c', now())").ok());
  REQUIRE(install(session, heard).ok());
  CHECK(database.value("SELECT count(*) FROM heard.heard") == "1");
}

}  // namespace trunkline
