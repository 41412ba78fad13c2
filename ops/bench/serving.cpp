#include "ops/bench/serving.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

#include "core/log/kafka_inbound_topics.hpp"
#include "core/log/kafka_topics.hpp"
#include "ops/bench/race.hpp"

namespace trunkline::bench {
namespace {

KafkaSettings topics_of(const std::string& servers, const std::string& topic) {
  KafkaSettings settings;
  settings.servers = servers;
  settings.topic = topic;
  return settings;
}

// Until the server says where it answers.
std::string read_url(int from) {
  std::string said;
  std::array<char, 512> part;
  while (said.find('\n') == std::string::npos) {
    const ssize_t size = ::read(from, part.data(), part.size());
    if (size <= 0) give_up("the server does not start; it said: " + said);
    said.append(part.data(), static_cast<std::size_t>(size));
  }
  const auto at = said.find("http://");
  if (at == std::string::npos) give_up("the server said: " + said);
  return said.substr(at, said.find('\n') - at);
}

}  // namespace

Serving::Serving(const ServingPlan& plan, std::size_t tenants)
    : plan_(plan), topic_("bench" + std::to_string(getpid()) + ".journal") {
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, std::string>>{{"TRUNKLINE_DATA_DIR", directory_.path() + "/data"},
                                                        {"TRUNKLINE_POSTGRES", database_.address()},
                                                        {"TRUNKLINE_PORT", "0"},
                                                        {"TRUNKLINE_LOG_LEVEL", "warn"},
                                                        {"TRUNKLINE_READ_MODELS", plan.read_models},
                                                        {"TRUNKLINE_KAFKA_SERVERS", plan.kafka},
                                                        {"TRUNKLINE_KAFKA_TOPIC", topic_}})
    ::setenv(name, value.c_str(), 1);
  run("topics create");
  for (std::size_t i = 0; i < tenants; ++i)
    run("keys add --scopes read --tenant tenant-" + std::to_string(i));
  key_ = run("keys add --scopes ingest,read,admin --tenant _platform");
  key_.pop_back();
}

Serving::~Serving() {
  while (!processes_.empty()) end(processes_.front(), SIGTERM);
  (void)delete_inbound_topics(topics_of(plan_.kafka, topic_));
  (void)delete_kafka_topics(topics_of(plan_.kafka, topic_));
}

std::string Serving::run(const std::string& arguments) const {
  FILE* pipe = ::popen(("'" + plan_.binary + "' " + arguments + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) give_up("cannot run " + plan_.binary);
  std::string said;
  std::array<char, 512> part;
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe))
    said.append(part.data(), size);
  if (::pclose(pipe) != 0) give_up("trunkline " + arguments + " failed: " + said);
  return said;
}

Serving::Process& Serving::start(const std::string& roles) {
  std::array<int, 2> says;
  if (::pipe2(says.data(), O_CLOEXEC) != 0) give_up("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever ends the benchmark ends it
    ::dup2(says[1], STDOUT_FILENO);
    ::setenv("TRUNKLINE_ROLES", roles.c_str(), 1);
    ::execl(plan_.binary.c_str(), "trunkline", "serve", nullptr);
    ::_exit(127);
  }
  ::close(says[1]);
  Process& process = processes_.emplace_back(Process{child, read_url(says[0])});
  ::close(says[0]);  // it says no more
  return process;
}

void Serving::end(Process& process, int signal) {
  const pid_t id = process.id;
  ::kill(id, signal);
  ::waitpid(id, nullptr, 0);
  processes_.remove_if([id](const Process& each) { return each.id == id; });
}

std::string Serving::inbound_topic(const std::string& family) const {
  return topic_.substr(0, topic_.rfind('.')) + ".in." + family;
}

Serving::CpuSeconds Serving::cpu_seconds() const {
  CpuSeconds spent{0, cluster_cpu_seconds(database_.address()), process_cpu_seconds(plan_.broker)};
  for (const Process& process : processes_) spent.own += process_cpu_seconds(process.id);
  return spent;
}

}  // namespace trunkline::bench
