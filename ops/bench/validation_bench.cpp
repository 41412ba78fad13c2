// Judging an event beside the bare parse of the same bytes: the schemas should cost about one more parse, and
// dividing clear from personal another.
//
//   validation_bench [--events N] [--rounds R]
//
// Events of some 600 bytes (a finished call, a chat message, a captured lead), 1,000 different ones of each,
// parsed in place. The contact points' tokens are taken from a table: hashing them is the seal's business.
// Medians of R rounds, each way in turns.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "schemas/judge.hpp"

using namespace trunkline;

namespace {

struct Plan {
  int events = 300'000;
  int rounds = 7;
};

constexpr int documents_per_kind = 1'000;

class TableSink final : public ContactSink {
 public:
  Result<std::string_view> token(ContactKind, std::string_view, std::string_view) override {
    return std::string_view{"p_Zk3vT0aQmY7cW1xR5uH2Lg"};
  }
};

std::string envelope(std::string_view type, const std::string& number, const std::string& data) {
  return R"({"specversion":"1.0","id":"event-)" + number + R"(","source":"/telephony/eu","type":")" +
         std::string{type} + R"(","subject":"call-)" + number +
         R"(","time":"2026-11-20T14:07:31.250Z","data":)" + data + "}";
}

std::string call(const std::string& number) {
  return envelope(
      "call.ended", number,
      R"({"contact":{"phone":"+4420)" + number +
          R"("},"direction":"outbound","from":"+442079460000","to":"+4420)" + number +
          R"(","agent_id":"agent-ella","script_id":"script-renewals","status":"completed",)"
          R"("started_at":"2026-11-20T14:02:58Z","connected_at":"2026-11-20T14:03:10Z",)"
          R"("duration_ms":261000,"disposition":"reached","outcome":"positive","reason":"hangup",)"
          R"("campaign":"autumn-renewals","summary":"Wants a quote by e-mail.","cost":{"value":"0.1820",)"
          R"("currency":"GBP"}})");
}

std::string message(const std::string& number) {
  return envelope(
      "message.sent", number,
      R"({"contact":{"visitor_id":"v-)" + number +
          R"("},"conversation_id":"conv-5310","channel":"chat","role":"assistant","agent_id":"agent-ella",)"
          R"("content":"You find the embed code under Settings, Widget. Copy it into the page, before the )"
          R"(closing body tag, and reload. If nothing shows, tell me which system builds your pages.",)"
          R"("content_type":"text","language":"en-GB","confidence":0.87,"latency_ms":1180,)"
          R"("tokens":{"prompt":1240,"completion":31},"status":"sent"})");
}

std::string lead(const std::string& number) {
  return envelope(
      "lead.captured", number,
      R"({"contact":{"phone":"+4420)" + number + R"(","email":"ann)" + number +
          R"(@example.com"},"first_name":"Ann","last_name":"Marsh","source":"website_quote",)"
          R"("campaign":"autumn-renewals","business_type":"climbing","business_name":"Northwall Climbing",)"
          R"("estimated_participants":40,"city":"Sheffield","zip":"S3 8GG","region":"Yorkshire",)"
          R"("time_zone":"Europe/London","value":"40.00","currency":"GBP","line_type":"cellular"})");
}

// CPU time of this thread: what others do on the machine is not counted.
double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Nanoseconds an event, for one pass over the documents as often as the plan asks.
double timed(const std::vector<std::string>& documents, const Plan& plan,
             const std::function<bool(json::Value)>& work) {
  json::Parser parser;
  const double begin = cpu_ns();
  for (int i = 0; i < plan.events; ++i) {
    const std::string& text = documents[static_cast<std::size_t>(i) % documents.size()];
    const auto document = parser.parse_padded(std::string_view{text}.substr(0, text.size() - json::padding));
    if (!document.ok() || !work(*document)) {
      std::fprintf(stderr, "validation_bench: an event was refused\n");
      std::exit(1);
    }
  }
  return (cpu_ns() - begin) / plan.events;
}

void compare(const char* name, const std::function<std::string(const std::string&)>& make,
             const Catalogue& catalogue, const Plan& plan) {
  std::vector<std::string> documents;
  std::size_t bytes = 0;
  for (int i = 0; i < documents_per_kind; ++i) {
    documents.push_back(make(std::to_string(79'460'000 + i)));
    bytes += documents.back().size();
    documents.back().append(json::padding, ' ');
  }
  Judge judge(catalogue);
  TableSink sink;
  Separated parts;
  const std::function<bool(json::Value)> ways[] = {
      [](json::Value) { return true; }, [&](json::Value document) { return judge.accepts(document); },
      [&](json::Value document) { return judge.accepts(document) && judge.separate(sink, parts).ok(); }};
  std::vector<double> taken[std::size(ways)];
  for (int round = 0; round < plan.rounds; ++round)
    for (std::size_t way = 0; way < std::size(ways); ++way)
      taken[way].push_back(timed(documents, plan, ways[way]));
  const double parse = median(taken[0]);
  std::printf(
      "%-14s %4zu bytes   parse %4.0f ns   + judge %5.0f ns = %.2f parses   + separate %5.0f ns = %.2f "
      "parses\n",
      name, bytes / documents.size(), parse, median(taken[1]), median(taken[1]) / parse, median(taken[2]),
      median(taken[2]) / parse);
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--events") plan.events = std::atoi(argv[i + 1]);
    if (option == "--rounds") plan.rounds = std::atoi(argv[i + 1]);
  }
  const auto catalogue = Catalogue::load();
  if (!catalogue) {
    std::fprintf(stderr, "validation_bench: %s\n", catalogue.error().message.c_str());
    return 1;
  }
  compare("call.ended", call, *catalogue, plan);
  compare("message.sent", message, *catalogue, plan);
  compare("lead.captured", lead, *catalogue, plan);
  return 0;
}
