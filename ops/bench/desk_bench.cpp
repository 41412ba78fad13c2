// The lead desk from an existing journal into Postgres, beside a bare loop of the same.
//
//   desk_bench --postgres ADDRESS [--directory D] [--events N] [--thread N] [--batch-mb N] [--members N]
//
// Makes the journals once (desk_story.hpp), then folds each into empty tables (race.hpp). The bare loop
// parses the same records, keeps everything in memory and COPYs the final rows: no checkpoint, no fence, no
// restart. Its rows and the desk's must be equal.

#include <CLI/CLI.hpp>
#include <filesystem>

#include "core/logs.hpp"
#include "ops/bench/desk_story.hpp"
#include "ops/bench/race.hpp"
#include "projections/install.hpp"
#include "projections/lead_desk/batch_facts.hpp"
#include "projections/lead_desk/fold.hpp"

using namespace trunkline;
using namespace trunkline::desk;
using namespace trunkline::bench;

namespace {

struct Plan : FoldPlan {
  std::string directory = "/var/tmp/trunkline-desk-bench";
  std::size_t events = 2'000'000, thread = 100'000;
};

void copy_rows(Transaction& transaction, const WriteSet& writes) {
  for (const TableWrite& write : writes) {
    std::string columns;
    for (const auto name : write.columns) columns += (columns.empty() ? "" : ", ") + std::string{name};
    must(transaction.copy_in(std::string{write.table} + " (" + columns + ")", write.tuples));
  }
}

void bare_loop(const Plan& plan, const std::string& directory) {
  const SystemClock clock;
  const auto log = open_journal(directory, clock);
  auto session = must(Postgres::connect(plan.postgres));
  must(session.script("DROP SCHEMA IF EXISTS bare CASCADE"));
  must(install_tables(session, desk::lead_desk, "bare"));
  must(use_schema(session, "bare"));
  json::Parser parser;
  BatchFacts all;
  for (Position at : log->ends()) {
    const Offset end = at.next;
    at.next = Offset{0};
    while (at.next < end) {
      const RecordBatch records = must(log->read(at, 4 << 20));
      for (std::size_t i = 0; i < records.size(); ++i) {
        const auto event = must(view_event(parser, records[i].document));
        if (const auto fact = must(fact_of(event))) all.add(event.tenant, event.first_contact(), *fact);
      }
      at.next = at.next + records.size();
    }
  }
  WriteSet writes{{TableWrite::Kind::replace, LeadRow::table, column_names<LeadRow>(), 2, {}, 0}};
  DeskSums sums;
  Facts stated, facts;
  for (const auto& contact : all.contacts()) {
    all.facts_of(contact, stated);
    unite({}, stated, facts,
          [&](const Fact*, const Fact& now) { count_fact(sums, contact.tenant, now, Count::in); });
    count_attribution(sums, contact.tenant, facts, Count::in);
    LeadRow row;
    row.tenant = contact.tenant;
    row.contact = contact.token;
    set_columns(row, facts, {});
    row.facts = pack(facts.data(), facts.data() + facts.size());
    encode_row(writes[0].tuples, row);
  }
  sums.agent_day.take(writes);
  sums.channel_hour.take(writes);
  sums.attribution.take(writes);
  auto transaction = must(Transaction::begin(session, Transaction::Kind::asynchronous));
  copy_rows(transaction, writes);
  must(transaction.commit());
}

void compare(const Plan& plan) {
  auto session = must(Postgres::connect(plan.postgres));
  for (const std::string table : {"leads", "agent_day", "channel_hour", "attribution"}) {
    const auto differing = must(session.run(
        "SELECT (SELECT count(*) FROM (SELECT * FROM lead_desk_v1." + table + " EXCEPT SELECT * FROM bare." +
        table + ") a) + (SELECT count(*) FROM (SELECT * FROM bare." + table +
        " EXCEPT SELECT * FROM lead_desk_v1." + table + ") b), (SELECT count(*) FROM bare." + table + ")"));
    if (differing.integer(0, 0) != 0) give_up("the rows of " + table + " differ from the bare loop's");
    std::printf("  %s: %s rows, equal\n", table.c_str(), std::string{differing.text(0, 1)}.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  CLI::App app("the lead desk's race");
  app.add_option("--postgres", plan.postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--directory", plan.directory);
  app.add_option("--events", plan.events);
  app.add_option("--thread", plan.thread);
  app.add_option("--batch-mb", plan.batch_mb);
  app.add_option("--members", plan.members);
  app.add_option("--rows-cached", plan.rows_cached);
  CLI11_PARSE(app, argc, argv);
  logs::start(logs::Level::warn, logs::Format::logfmt);
  std::filesystem::create_directories(plan.directory);
  const std::string race = plan.directory + "/race-" + std::to_string(plan.events);
  const std::string thread = plan.directory + "/thread-" + std::to_string(plan.thread);
  const std::size_t race_events = make_journal(race, [&plan](const auto& arrived) {
    tell_race({.events = plan.events, .persons = plan.events * 195 / 2'000}, arrived);
  });
  const std::size_t thread_events =
      make_journal(thread, [&plan](const auto& arrived) { tell_long_thread(plan.thread, arrived); });
  print("bare loop", race_events, measured(plan.postgres, [&] { bare_loop(plan, race); }));
  empty_tables(plan.postgres, {desk::lead_desk});
  print("lead desk", race_events,
        measured(plan.postgres, [&] { fold_journal(plan, race, {desk::lead_desk}); }));
  compare(plan);
  empty_tables(plan.postgres, {desk::lead_desk});
  print("one long thread", thread_events,
        measured(plan.postgres, [&] { fold_journal(plan, thread, {desk::lead_desk}); }));
  return 0;
}
