// Real input through the whole: files by their mappings, judged and sealed as at any door, through the
// journal, folded by the runners, asked by the queries; the figures are those of the data's own README. Then
// everything once more, shuffled: the journal grows, no figure moves.
#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "core/keys_memory.hpp"
#include "ingest/accept.hpp"
#include "ingest/mapping.hpp"
#include "ingest/rows.hpp"
#include "projections/checkpoint.hpp"
#include "projections/install.hpp"
#include "projections/query.hpp"
#include "projections/runner.hpp"
#include "schemas/catalogue.hpp"
#include "tests/any_log.hpp"
#include "tests/manual_clock.hpp"
#include "tests/skip.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

constexpr std::string_view why_skipped = "no shared/data: set TRUNKLINE_SHARED";

std::string whole_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class NoBody final : public http::Body {
 public:
  Status stream(std::size_t, const Sink&) override { return done(); }
};

class Business {
 public:
  Business()
      : catalogue_(std::move(*Catalogue::load())),
        gate_{catalogue_, keys_, clock_, [](const TenantId&) { return true; }},
        acceptance_(gate_),
        log_(clock_, 4),
        pool_(database_.address(), 4),
        context_{pool_, log_, clock_, keys_, progress_, others_} {
    auto session = database_.connect();
    REQUIRE(install_bookkeeping(session).ok());
    for (const Projection& projection : projections()) REQUIRE(install(session, projection).ok());
    add_query_routes(routes_, context_);
  }

  void import(const std::string& file, const std::string& mapping_name) {
    const auto path = source_dir() / "ingest/mappings" / mapping_name;
    const auto mapping = Mapping::parse(whole_file(path), mapping_name);
    REQUIRE_MESSAGE(mapping.ok(), (mapping ? "" : mapping.error().message));
    const auto rows = open_rows(file, mapping->columns());
    REQUIRE_MESSAGE(rows.ok(), (rows ? "" : rows.error().message));
    std::optional<Row> before, current = next(**rows);
    while (current) {
      std::optional<Row> after = next(**rows);
      take(*mapping, before ? &*before : nullptr, *current, after ? &*after : nullptr);
      before = std::move(current);
      current = std::move(after);
    }
    append();
  }

  // The same events again, in another order.
  void append_shuffled() {
    std::vector<Draft> again = drafts_;
    std::shuffle(again.begin(), again.end(), std::mt19937{11});
    REQUIRE(log_.append(std::move(again)).ok());
  }

  void fold_all() {
    for (const Projection& projection : projections()) {
      RunnerSettings settings;
      settings.member.name = "golden-" + std::string{projection.name};
      settings.fold.keys = &keys_;
      Runner runner(log_, database_.address(), projection, settings, &progress_);
      for (;;) {
        const auto step = runner.step();
        REQUIRE_MESSAGE(step.ok(), (step ? "" : step.error().message));
        if (*step == 0) break;
      }
    }
  }

  std::string ask(std::string_view target, std::string_view accept = "") {
    const auto path = target.substr(0, target.find('?'));
    const auto found = routes_.find(http::Method::get, path);
    REQUIRE(found.ok());
    http::Request request;
    request.route = found->route->route;
    request.path_parameters = found->parameters;
    request.query = *http::Query::parse(path.size() < target.size() ? target.substr(path.size() + 1) : "");
    request.caller.tenant = tenant_;
    request.body = &no_body_;
    request.header = [&](std::string_view name) { return name == "Accept" ? accept : std::string_view{}; };
    const http::Response response = found->route->handler(request);
    CHECK_MESSAGE(response.status == 200, response.body);
    return response.body;
  }
  // The same answer as JSON and as CSV.
  struct Both {
    std::string json, csv;
  };
  Both both(std::string_view target) { return {ask(target), ask(target, "text/csv")}; }
  std::string value(std::string_view sql) const { return database_.value(sql); }
  std::size_t events() const { return drafts_.size(); }

 private:
  static std::optional<Row> next(RowSource& rows) {
    auto row = rows.next();
    REQUIRE_MESSAGE(row.ok(), (row ? "" : row.error().message));
    return std::move(*row);
  }

  void take(const Mapping& mapping, const Row* before, const Row& row, const Row* after) {
    const auto documents = mapping.events(row, before, after);
    REQUIRE_MESSAGE(documents.ok(), (documents ? "" : documents.error().message));
    std::vector<Refusal> refusals;
    for (const std::string& document : *documents) {
      const std::string padded = document + std::string(json::padding, '\0');
      const auto verdict = acceptance_.judge({tenant_, Sender::Kind::tenant, true}, row.number,
                                             std::string_view{padded}.substr(0, document.size()), refusals);
      REQUIRE(verdict.ok());
    }
    REQUIRE_MESSAGE(refusals.empty(), (refusals.empty() ? "" : refusals.front().reasons.front().message));
    if (acceptance_.waiting() >= 2'000) append();
  }

  void append() {
    std::vector<Refusal> refusals;
    auto sealed = acceptance_.seal(refusals);
    REQUIRE(sealed.ok());
    REQUIRE(refusals.empty());
    drafts_.insert(drafts_.end(), sealed->drafts.begin(), sealed->drafts.end());
    REQUIRE(log_.append(std::move(sealed->drafts)).ok());
  }

  const TenantId tenant_{"acme"};
  ManualClock clock_;
  MemoryKeys keys_;
  Catalogue catalogue_;
  Gate gate_;
  Acceptance acceptance_;
  AnyLog log_;
  TestDatabase database_;
  PostgresPool pool_;
  Progress progress_;
  OthersProgress others_{pool_};
  QueryContext context_;
  http::Routes routes_;
  NoBody no_body_;
  std::vector<Draft> drafts_;
};

// The member of the group with this name (empty: the only or nameless one), as JSON text.
std::string figure(std::string_view body, std::string_view group, std::string_view name) {
  json::Parser parser;
  const auto document = parser.parse(body);
  REQUIRE(document.ok());
  for (const json::Value each : *document->as_object()->array("groups")) {
    if (each.as_object()->string("group").value_or("") != group) continue;
    std::string json;
    json::write(json, *each.as_object()->find(name));
    return json;
  }
  return "(no such group)";
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream all(line.substr(0, line.find('\r')));
  for (std::string field; std::getline(all, field, ',');) fields.push_back(field);
  return fields;
}

// The column of this name in the line that begins with the group (empty: the first line).
std::string csv_figure(const std::string& body, std::string_view group, std::string_view name) {
  std::stringstream lines(body);
  std::string line;
  std::getline(lines, line);
  const auto names = fields_of(line);
  const auto column = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  while (std::getline(lines, line)) {
    const auto fields = fields_of(line);
    if (group.empty() || fields.front() == group)
      return column < fields.size() ? fields[column] : "(no such column)";
  }
  return "(no such group)";
}

// The same in both forms, as JSON text.
std::string figure(const Business::Both& both, std::string_view group, std::string_view name) {
  const std::string json = figure(both.json, group, name);
  CHECK(csv_figure(both.csv, group, name) == (json == "null" ? "" : json));
  return json;
}

void check_bank(Business& bank) {
  const auto leads = bank.both("/v1/leads/counts");
  CHECK(figure(leads, "", "leads") == "27729");
  CHECK(figure(leads, "", "conversions") == "1401");
  CHECK(figure(leads, "", "converted") == "1401");
  CHECK(figure(leads, "", "talk_ms") == "6993075000");
  CHECK(figure(leads, "", "not_answered") == "2");
  CHECK(figure(leads, "", "attempts") == "88357");
  const auto lines = bank.both("/v1/leads/counts?group_by=line_type");
  constexpr const char* expected_lines[][3] = {
      {"cellular", "13625", "813"}, {"telephone", "1339", "91"}, {"unknown", "12765", "497"}};
  for (const auto& [line, count, conversions] : expected_lines) {
    CHECK(figure(lines, line, "leads") == count);
    CHECK(figure(lines, line, "conversions") == conversions);
  }
  const auto total = bank.both("/v1/analytics/overview");
  CHECK(figure(total, "", "leads_captured") == "27729");
  CHECK(figure(total, "", "talk_ms") == "6993075000");
  CHECK(figure(total, "", "mean_duration_ms").substr(0, 6) == "252193");
  CHECK(figure(total, "", "attempts") == "88357");
  CHECK(figure(total, "", "not_answered") == "2");
  const auto months = bank.both("/v1/analytics/calls?group_by=month");
  constexpr const char* expected_months[][3] = {{"2008-05", "7957", "258"}, {"2008-06", "4486", "201"},
                                                {"2008-07", "6380", "384"}, {"2008-08", "5215", "288"},
                                                {"2008-10", "80", "49"},    {"2008-11", "3598", "220"},
                                                {"2008-12", "13", "1"}};
  for (const auto& [month, calls, conversions] : expected_months) {
    CHECK(figure(months, month, "calls") == calls);
    CHECK(figure(months, month, "conversions") == conversions);
  }
  CHECK(figure(bank.both("/v1/analytics/calls?group_by=day"), "2008-11-21", "calls") == "825");
  CHECK(bank.value(
            "SELECT (quarter AT TIME ZONE 'UTC')::date || ' ' || sum(calls_ended) FROM analytics.quarters"
            " GROUP BY (quarter AT TIME ZONE 'UTC')::date ORDER BY sum(calls_ended) DESC LIMIT 1") ==
        "2008-11-21 825");
  CHECK(bank.value("SELECT count(*) || ' ' || sum(conversions) || ' ' || sum(attempts) FROM leads.leads") ==
        "27729 1401 88357");
}

void check_bank_conversion(Business& bank) {
  const auto rates = bank.both("/v1/conversion/rates");
  CHECK(figure(rates, "", "leads") == "27729");
  CHECK(figure(rates, "", "converted") == "1401");
  CHECK(figure(rates, "", "conversion_rate").substr(0, 9) == "0.0505247");  // 5.0525 %
  CHECK(figure(rates, "", "reached") == "27727");
  const auto months = bank.both("/v1/conversion/values?group_by=month");
  CHECK(figure(months, "2008-10", "conversions") == "49");
  CHECK(figure(months, "2008-07", "conversions") == "384");
  const auto funnel = bank.both("/v1/conversion/funnel");
  CHECK(figure(funnel, "new", "leads") == "27729");
  CHECK(figure(funnel, "converted", "leads") == "1401");
  CHECK(bank.value("SELECT count(*) || ' ' || count(converted_at) || ' ' || sum(conversions) FROM "
                   "conversion.leads") == "27729 1401 1401");
  CHECK(bank.value("SELECT count(DISTINCT conversion) || ' ' || count(*) FILTER (WHERE touches = 0) FROM "
                   "conversion.credits") == "1401 0");
}

void check_chats(Business& desk) {
  const auto total = desk.both("/v1/analytics/messages");
  CHECK(figure(total, "", "conversations") == "819");
  CHECK(figure(total, "", "messages_in") == "5998");
  CHECK(figure(total, "", "messages_out") == "5998");
  CHECK(figure(total, "", "appointments_booked") == "503");
  CHECK(figure(total, "", "outcome_negative") == "158");
  CHECK(
      desk.value(
          "SELECT count(*) || ' ' || sum(messages_in) || ' ' || sum(messages_out) || ' ' || sum(appointments)"
          " FROM leads.leads") == "819 5998 5998 503");
}

void check_support(Business& desk) {
  const auto total = desk.both("/v1/analytics/messages");
  for (const auto& [name, expected] :
       {std::pair{"conversations", "24"}, std::pair{"messages_in", "207"}, std::pair{"messages_out", "216"},
        std::pair{"resolved", "9"}, std::pair{"replies", "192"}})
    CHECK(figure(total, "", name) == expected);
  CHECK(std::abs(std::stod(figure(total, "", "mean_reply_ms")) - 10'385) < 0.5);
  const auto replies = desk.both("/v1/analytics/replies?group_by=agent");
  CHECK(figure(replies, "support", "replies") == "192");
  CHECK(figure(replies, "support", "p50_ms") == "10000.0");
  CHECK(figure(replies, "support", "p95_ms") == "15000.0");
  CHECK(figure(replies, "support", "most_ms") == "213000.0");
  CHECK(desk.value(
            "SELECT sum(conversations) || ' ' || sum(messages_in) || ' ' || sum(messages_out) || ' ' ||"
            " sum(resolved) || ' ' || sum(replies) || ' ' || round(sum(reply_ms) / sum(replies) / 1000, 3)"
            " FROM analytics.quarters") == "24 207 216 9 192 10.385");
}

}  // namespace

TEST_CASE(
    "the bank's calls come out as their README counts them, by HTTP, CSV and SQL, however often they go in") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto file = shared_dir() / "data/calls/uci_bank_2008.csv";
  SKIP_UNLESS(std::filesystem::exists(file), why_skipped);
  Business bank;
  bank.import(file.string(), "uci_bank_2008.toml");
  bank.fold_all();
  check_bank(bank);
  check_bank_conversion(bank);
  bank.append_shuffled();
  bank.fold_all();
  check_bank(bank);
  check_bank_conversion(bank);
}

TEST_CASE("the booking chats come out as their README counts them, however often they go in") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto file = shared_dir() / "data/chat/sgd_train_services_homes_turns.csv";
  SKIP_UNLESS(std::filesystem::exists(file), why_skipped);
  Business desk;
  desk.import(file.string(), "sgd_chats.toml");
  desk.fold_all();
  check_chats(desk);
  desk.append_shuffled();
  desk.fold_all();
  check_chats(desk);
}

TEST_CASE("the support chats' reply times come out as their README counts them, however often they go in") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const auto file = shared_dir() / "data/chat/agentune_pcsupport_001-024.csv";
  SKIP_UNLESS(std::filesystem::exists(file), why_skipped);
  Business desk;
  desk.import(file.string(), "pc_support.toml");
  desk.fold_all();
  check_support(desk);
  desk.append_shuffled();
  desk.fold_all();
  check_support(desk);
}
