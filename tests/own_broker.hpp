// A broker that belongs to one test program, for tests that kill it or look at its files: ops/dev starts it
// in the clone's .work/. Needs what TRUNKLINE_TEST_KAFKA needs, so where that is missing these tests step
// aside as well.
#pragma once
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "tests/skip.hpp"

namespace trunkline::testing {

struct Said {
  int code = -1;
  std::string text;
};

// What a command wrote to its standard output.
inline Said run_command(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Said said;
  std::array<char, 4096> part;
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe))
    said.text.append(part.data(), size);
  said.code = pclose(pipe);
  return said;
}

class OwnBroker {
 public:
  explicit OwnBroker(std::string name) : name_(std::move(name)) { up(); }
  ~OwnBroker() { run_command(tool() + " delete " + name_); }
  OwnBroker(const OwnBroker&) = delete;

  void up() {
    const Said said = run_command(tool() + " up " + name_);
    REQUIRE_MESSAGE(said.code == 0, said.text);
    for (const std::string name : {"TRUNKLINE_KAFKA", "KAFKA_DATA"})
      values_[name] = value_of(name, said.text);
  }
  void down() { REQUIRE(run_command(tool() + " down " + name_).code == 0); }
  void kill_hard() { REQUIRE(run_command(tool() + " kill " + name_).code == 0); }

  std::string servers() const { return values_.at("TRUNKLINE_KAFKA"); }
  std::filesystem::path data() const { return values_.at("KAFKA_DATA"); }
  static std::string tool() { return source_dir().string() + "/ops/dev kafka"; }

 private:
  static std::string value_of(const std::string& name, const std::string& text) {
    const auto from = text.find(name + "=");
    REQUIRE_MESSAGE(from != std::string::npos, text);
    const auto start = from + name.size() + 1;
    return text.substr(start, text.find('\n', start) - start);
  }
  std::string name_;
  std::map<std::string, std::string> values_;
};

}  // namespace trunkline::testing
