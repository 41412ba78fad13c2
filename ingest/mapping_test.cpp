#include "ingest/mapping.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "core/clock.hpp"
#include "ingest/rows.hpp"
#include "tests/skip.hpp"
#include "tests/temporary_directory.hpp"

using namespace trunkline;

namespace {

constexpr std::string_view calls = R"(
source = "calls"
[[event]]
type = "call.started"
subject = "{source}-{row}-{repeat}"
repeat = {column = "attempts"}
when = [{column = "line", is_not = "none"}]
time = {column = "day", spread = ["09:00", "18:00"]}
[event.data]
direction = "outbound"
contact.visitor_id = "{source}-{row}"
[[event]]
type = "call.ended"
subject = "{source}-{row}-{repeat}"
repeat = {column = "attempts", only = "last"}
time = {column = "day", spread = ["09:00", "18:00"], plus = [{column = "seconds", unit = "s"}]}
[event.data]
duration_ms = {column = "seconds", as = "integer", times = 1000}
disposition = {column = "seconds", map = {0 = "no_answer"}, otherwise = "reached"}
)";

std::string wrong(std::string_view toml) {
  const auto mapping = Mapping::parse(toml, "m.toml");
  return mapping ? "" : mapping.error().message;
}

// All events of a file's rows, or what was wrong with a row.
std::vector<std::string> mapped(const Mapping& mapping, const std::string& name, std::string_view text) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  auto source = open_rows(path, mapping.columns());
  if (!source) return {source.error().message};
  std::vector<Row> rows;
  std::vector<std::string> out;
  while (true) {
    auto row = (*source)->next();
    if (!row) {
      out.push_back(row.error().message);
      if (row.error().fault != Fault::reject) return out;
    } else if (*row) {
      rows.push_back(std::move(**row));
    } else {
      break;
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto events = mapping.events(rows[i], i == 0 ? nullptr : &rows[i - 1],
                                       i + 1 == rows.size() ? nullptr : &rows[i + 1]);
    if (events)
      out.insert(out.end(), events->begin(), events->end());
    else
      out.push_back(events.error().pointer + " " + events.error().message);
  }
  return out;
}

Mapping parsed(std::string_view toml) {
  auto mapping = Mapping::parse(toml, "m.toml");
  REQUIRE(mapping.ok());
  return std::move(*mapping);
}

}  // namespace

TEST_CASE("a row becomes its repeated events, spread over the day, the last of them with its end") {
  const auto events =
      mapped(parsed(calls), "a.csv",
             "line,day,attempts,seconds,more\ncell,2008-05-05,2,261,\"a, b\"\nnone,2008-05-06,1,0,\n");
  REQUIRE(events.size() == 4);
  CHECK(
      events[0] ==
      R"({"specversion":"1.0","id":"calls-00000001-0001.call.started","source":"/import/calls","type":"call.started",)"
      R"("subject":"calls-00000001-0001","time":"2008-05-05T11:46:52.033081Z","history":true,)"
      R"("data":{"contact":{"visitor_id":"calls-00000001"},"direction":"outbound"}})");
  CHECK(events[1].find("\"subject\":\"calls-00000001-0002\",\"time\":\"2008-05-05T16:16:52") !=
        std::string::npos);
  CHECK(events[2].find("\"subject\":\"calls-00000001-0002\",\"time\":\"2008-05-05T16:21:13") !=
        std::string::npos);
  CHECK(events[2].find(R"("data":{"disposition":"reached","duration_ms":261000})") != std::string::npos);
  CHECK(events[3].find(R"("data":{"disposition":"no_answer","duration_ms":0})") != std::string::npos);
}

TEST_CASE("a row that does not fit gives no event and names the column, never its value") {
  const auto out =
      mapped(parsed(calls), "a.csv",
             "line,day,attempts,seconds\ncell,5 May,1,2\ncell,2008-05-05,x,2\ncell,2008-05-05,1\n");
  REQUIRE(out.size() == 3);
  CHECK(out[0] == "has 3 columns, the header 4");
  CHECK(out[1] == "/day is a date as 2026-11-21 or an RFC 3339 time");
  CHECK(out[2].starts_with("/attempts is a whole number"));
  CHECK(mapped(parsed(calls), "a.csv", "line,day\n")[0].find("has no column \"attempts\"") !=
        std::string::npos);
  CHECK(mapped(parsed(calls), "a.csv", "line,day,attempts,seconds\n\"never closed")[0].find("broken CSV") !=
        std::string::npos);
}

TEST_CASE("the first and the last of neighbouring rows are known, and NDJSON rows have dotted columns") {
  const auto mapping = parsed(R"(
source = "chats"
[[event]]
type = "conversation.started"
subject = "{chat.id}"
when = [{column = "chat.id", edge = "first"}]
time = {base = "2019-06-03T09:00:00Z", plus = [{column = "n", unit = "s", times = 30}]}
[[event]]
type = "conversation.resolved"
subject = "{chat.id}"
when = [{column = "chat.id", edge = "last"}]
time = {base = "2019-06-03T09:00:00Z", plus = [{column = "n", unit = "s", times = 30}]}
)");
  const auto events = mapped(mapping, "a.ndjson",
                             "{\"chat\":{\"id\":\"a\"},\"n\":0}\n{\"chat\":{\"id\":\"a\"},\"n\":1}\n\n"
                             "{\"chat\":{\"id\":\"b\"},\"n\":2}\nnonsense\n");
  REQUIRE(events.size() == 5);
  CHECK(events[0].starts_with("not valid JSON"));
  CHECK(events[1].find("a.conversation.started") != std::string::npos);
  CHECK(events[2].find("a.conversation.resolved") != std::string::npos);
  CHECK(events[2].find("T09:00:30.000000Z") != std::string::npos);
  CHECK(events[3].find("b.conversation.started") != std::string::npos);
  CHECK(events[4].find("b.conversation.resolved") != std::string::npos);
}

TEST_CASE("a revision goes into the source and makes times a microsecond later: a corrected file wins") {
  const auto mapped_as = [](std::uint64_t revision) {
    auto mapping = parsed(calls);
    mapping.set_revision(revision);
    return mapped(mapping, "a.csv", "line,day,attempts,seconds\ncell,2008-05-05,1,1\n");
  };
  const auto time_of = [](const std::string& event) {
    constexpr std::string_view like = "2008-05-05T09:00:00.000000Z";
    return parse_time(event.substr(event.find("\"time\":\"") + 8, like.size())).value();
  };
  const auto former = mapped_as(0), corrected = mapped_as(2);
  REQUIRE(former.size() == 2);
  REQUIRE(corrected.size() == 2);
  CHECK(corrected[0].find("\"source\":\"/import/calls/revision/2\"") != std::string::npos);
  CHECK(corrected[0].find("\"id\":\"calls-00000001-0001.call.started\"") != std::string::npos);
  CHECK(time_of(corrected[0]) == time_of(former[0]) + std::chrono::microseconds{2});
}

TEST_CASE("a mapping that is wrong is named with its line") {
  CHECK(wrong("source = ") != "");
  CHECK(wrong("source = \"x\"\n") == "m.toml:1: a mapping has [[event]] tables");
  CHECK(wrong("source = \"x\"\n[[event]]\ntyp = \"a\"\n") == "m.toml:3: \"typ\" is not known here");
  CHECK(wrong("source = \"x\"\n[[event]]\ntype = \"a\"\nsubject = \"{row\"\n").find("never closed") !=
        std::string::npos);
  CHECK(wrong("source = \"x\"\n[[event]]\ntype = \"a\"\nsubject = \"s\"\ntime = {at = \"09:00\"}\n")
            .find("a time has a column, or a base") != std::string::npos);
}

TEST_CASE("every mapping in ingest/mappings can be read") {
  std::size_t read = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(trunkline::testing::source_dir() / "ingest/mappings")) {
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const auto mapping = Mapping::parse(text.str(), file.path().filename().string());
    INFO((mapping ? "" : mapping.error().message));
    CHECK(mapping.ok());
    ++read;
  }
  CHECK(read >= 3);
}
