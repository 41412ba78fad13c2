#include "core/keys_master.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>
#include <vector>

using namespace trunkline;
namespace fs = std::filesystem;

namespace {

// A directory of the test's own, gone afterwards.
struct Directory {
  Directory() {
    std::string name = (fs::temp_directory_path() / "trunkline-master-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { fs::remove_all(path); }
  fs::path path;
};

}  // namespace

TEST_CASE("the first start makes the master key, readable by its owner only; later starts read it") {
  const Directory directory;
  const auto file = directory.path / "master.key";
  const auto made = open_master_key(file, JournalState::empty);
  REQUIRE(made);
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(open_master_key(file, JournalState::holds_events).value() == *made);
  CHECK(std::distance(fs::directory_iterator(directory.path), fs::directory_iterator{}) == 1);
}

TEST_CASE("a journal that holds events never starts with a new master key") {
  const Directory directory;
  const auto refused = open_master_key(directory.path / "master.key", JournalState::holds_events);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::stop);
  CHECK_FALSE(fs::exists(directory.path / "master.key"));
}

TEST_CASE("a master key that others may read, or that is damaged, is refused") {
  const Directory directory;
  const auto file = directory.path / "master.key";
  const auto key = open_master_key(file, JournalState::empty);
  REQUIRE(key);
  for (const mode_t mode : {0640u, 0604u, 0660u}) {
    REQUIRE(chmod(file.c_str(), mode) == 0);
    CHECK(open_master_key(file, JournalState::empty).error().code == "master_key");
  }
  REQUIRE(chmod(file.c_str(), 0600) == 0);
  CHECK(open_master_key(file, JournalState::empty).value() == *key);
  for (const std::string& text :
       {std::string{}, std::string(63, 'a') + "\n", std::string(65, 'x'), std::string(70, 'a')}) {
    std::ofstream(file, std::ios::trunc) << text;
    const auto refused = open_master_key(file, JournalState::empty);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("aaaa") == std::string::npos);
  }
}

TEST_CASE("a master key that cannot be written where it should lie stops the start") {
  CHECK(open_master_key("/nowhere/master.key", JournalState::empty).error().fault == Fault::stop);
}

TEST_CASE("of many first starts at once all get the same key") {
  const Directory directory;
  std::vector<Key256> keys(8);
  {
    std::vector<std::jthread> starts;
    for (auto& key : keys)
      starts.emplace_back(
          [&] { key = open_master_key(directory.path / "master.key", JournalState::empty).value(); });
  }
  CHECK(std::set(keys.begin(), keys.end()).size() == 1);
}
