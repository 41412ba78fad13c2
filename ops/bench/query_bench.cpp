// What questions cost: a real server (TRUNKLINE_BINARY) over a generated history, 32 kept connections, each
// with one question under way, beside the same server's constant answer in the same run. CPU time is the
// server's and Postgres', not the load's.
//
//   query_bench --postgres ADDRESS [--events N] [--seconds S] [--connections C] [--setting NAME=VALUE …]
//
// Each question comes in two kinds: asked again and again, as dashboards do, and never the same twice.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <filesystem>
#include <thread>

#include "ops/bench/clear_story.hpp"
#include "ops/bench/http_load.hpp"
#include "ops/bench/race.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using namespace trunkline::bench;

namespace {

constexpr std::size_t events_a_request = 5'000;
constexpr std::size_t tenants = 8;

struct Plan : Load {
  std::string binary, postgres;
  std::size_t events = 300'000;
  std::vector<std::string> settings;
};

// `trunkline serve` in a directory and a database of its own, both gone afterwards.
class Server {
 public:
  explicit Server(const Plan& plan)
      : directory_(std::filesystem::temp_directory_path() / ("query_bench-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(directory_);
    ::setenv("TRUNKLINE_DATA_DIR", (directory_ / "data").c_str(), 1);
    ::setenv("TRUNKLINE_POSTGRES", database_.address().c_str(), 1);
    ::setenv("TRUNKLINE_PORT", "0", 1);
    ::setenv("TRUNKLINE_LOG_LEVEL", "warn", 1);
    for (const std::string& setting : plan.settings) {
      const auto equals = setting.find('=');
      if (equals == std::string::npos) give_up("--setting NAME=VALUE");
      ::setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
    }
    binary_ = plan.binary;
    platform_key_ = first_line("keys add --tenant _platform --scopes admin 2>/dev/null");
    for (std::size_t rank = 1; rank <= tenants; ++rank)
      read_keys_.push_back(
          first_line("keys add --tenant " + ClearStory::tenant(rank) + " --scopes read 2>/dev/null"));
    start();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    std::filesystem::remove_all(directory_);
  }

  int port() const { return port_; }
  const testing::TestDatabase& database() const { return database_; }
  double cpu_seconds() const { return process_cpu_seconds(process_); }

  std::string get(const std::string& target) const { return request("GET", target, read_keys_.front()); }
  std::string ask_platform(const std::string& method, const std::string& target, const std::string& body = "",
                           const std::string& type = "application/x-ndjson") const {
    std::string text = request(method, target, platform_key_);
    text.resize(text.size() - 2);
    text +=
        "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    return ask(port_, text);
  }

 private:
  static std::string request(const std::string& method, const std::string& target, const std::string& key) {
    return method + " " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n\r\n";
  }

  std::string first_line(const std::string& arguments) const {
    FILE* output = ::popen(("'" + binary_ + "' " + arguments).c_str(), "r");
    std::array<char, 256> line{};
    if (output == nullptr || std::fgets(line.data(), line.size(), output) == nullptr)
      give_up("trunkline " + arguments);
    ::pclose(output);
    const std::string text = line.data();
    return text.substr(0, text.find('\n'));
  }

  void start() {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) give_up("no pipe");
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // also when the benchmark gives up
      ::dup2(pipe[1], STDOUT_FILENO);
      ::execl(binary_.c_str(), binary_.c_str(), "serve", nullptr);
      ::_exit(1);
    }
    ::close(pipe[1]);
    FILE* said = ::fdopen(pipe[0], "r");
    std::array<char, 256> line{};
    if (std::fgets(line.data(), line.size(), said) == nullptr) give_up("the server did not start");
    const std::string text = line.data();
    port_ = std::atoi(text.c_str() + text.rfind(':') + 1);
  }

  testing::TestDatabase database_;
  const std::filesystem::path directory_;
  std::string binary_, platform_key_;
  std::vector<std::string> read_keys_;
  pid_t process_ = -1;
  int port_ = 0;
};

void tell(const Server& server, ClearStory& story) {
  for (std::size_t told = 0; told < story.events();) {
    std::string body;
    for (std::size_t i = 0; i < events_a_request && told < story.events(); ++i, ++told) story.append(body);
    server.ask_platform("POST", "/v1/events", body);
  }
  // Until no partition of any model lags by a number that begins with 1 to 9.
  for (bool behind = true; behind; std::this_thread::sleep_for(std::chrono::milliseconds{200})) {
    const std::string status = server.ask_platform("GET", "/v1/status");
    behind = false;
    for (std::size_t at = 0; (at = status.find("\"lag_events\":", at)) != std::string::npos; ++at)
      behind |= status[at + 13] != '0';
  }
  server.database().value("VACUUM (ANALYZE)");
}

class Questions {
 public:
  Questions(const Plan& plan, const Server& server, ClearStory& story)
      : plan_(plan), server_(server), story_(story) {}

  void run() {
    std::printf("%d connections, %.0f s each; the largest of %zu tenants has %s leads\n", plan_.connections,
                plan_.seconds, tenants,
                server_.database()
                    .value("SELECT count(*) FROM leads.leads WHERE tenant = '" + ClearStory::tenant(1) + "'")
                    .c_str());
    std::printf("%-34s %9s %8s %8s   CPU us a request: %7s %9s %7s %9s\n", "", "per s", "p50 ms", "p99 ms",
                "server", "Postgres", "sum", "bytes");
    show("constant answer (/healthz)", [] { return std::string{"/healthz"}; });

    std::vector<std::string> known;
    for (int i = 0; i < 4'096; ++i) known.push_back(phone_of(story_.somebody_of(1)));
    show("lead by contact, the same", [&] { return "/v1/leads/by-contact?phone=" + known.front(); });
    show("lead by contact, any of 4,096",
         [&] { return "/v1/leads/by-contact?phone=" + known[asked_++ * 2'654'435'761 % known.size()]; });
    show("page of 50 leads, the same", [] { return std::string{"/v1/leads?limit=50"}; });
    show("page of 50 leads, each another", [&] { return "/v1/leads?limit=50&active_from=" + moment(); });
    show("30 days of analytics, the same",
         [] { return std::string{"/v1/analytics/overview?last=30d&group_by=day"}; });
    show("30 days of analytics, each another",
         [&] { return "/v1/analytics/overview?group_by=day&from=" + moment(); });
  }

 private:
  static std::string phone_of(std::size_t person) { return "%2B" + ClearStory::phone(person).substr(1); }
  // Some 30 days ago, never the same.
  std::string moment() {
    return format_time(std::chrono::time_point_cast<Time::duration>(SystemClock{}.now()) -
                       std::chrono::hours{30 * 24} + std::chrono::microseconds{asked_++});
  }

  void show(const char* what, const std::function<std::string()>& target) {
    std::string text;
    const auto next = [&]() -> std::string_view { return text = server_.get(target()); };
    Load warming = plan_;
    warming.seconds = 0.5;
    load(server_.port(), warming, next);
    const double own = server_.cpu_seconds(), postgres = cluster_cpu_seconds(server_.database().address());
    const Served served = load(server_.port(), plan_, next);
    const double each_us = 1e6 / static_cast<double>(served.requests);
    const double own_us = (server_.cpu_seconds() - own) * each_us;
    const double postgres_us = (cluster_cpu_seconds(server_.database().address()) - postgres) * each_us;
    std::printf("%-34s %9.0f %8.2f %8.2f %26.1f %9.1f %7.1f %9zu\n", what, served.per_second(), served.p50_ms,
                served.p99_ms, own_us, postgres_us, own_us + postgres_us, served.answer_bytes);
    std::fflush(stdout);
  }

  const Plan& plan_;
  const Server& server_;
  ClearStory& story_;
  std::uint64_t asked_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  plan.connections = 32;
  CLI::App app("questions to a running server");
  app.add_option("--binary", plan.binary)->envname("TRUNKLINE_BINARY")->required();
  app.add_option("--postgres", plan.postgres)->envname("TRUNKLINE_TEST_POSTGRES")->required();
  app.add_option("--events", plan.events);
  app.add_option("--seconds", plan.seconds);
  app.add_option("--connections", plan.connections);
  app.add_option("--setting", plan.settings, "NAME=VALUE: of the server's environment");
  CLI11_PARSE(app, argc, argv);
  ::setenv("TRUNKLINE_TEST_POSTGRES", plan.postgres.c_str(), 1);
  const Server server(plan);
  ClearStory story(tenants, plan.events / 12, SystemClock{}.now());
  const auto started = std::chrono::steady_clock::now();
  tell(server, story);
  std::printf("%zu events told and folded in %.0f s\n", story.events(),
              std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  Questions(plan, server, story).run();
  return 0;
}
