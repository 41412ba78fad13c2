#include "core/access.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace trunkline;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("trunkline-access-" + hex(as_text(random_key()).substr(0, 8)));
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file() const { return (path / "access.toml").string(); }
};

std::unique_ptr<AccessFile> opened(const Folder& folder, const Key256& master = Key256{7}) {
  auto access = AccessFile::open(folder.file(), master);
  REQUIRE(access.ok());
  return std::move(*access);
}

}  // namespace

TEST_CASE("a key lets its tenant in with its scopes, until it is revoked, and is not in the file") {
  Folder folder;
  const auto access = opened(folder);
  CHECK_FALSE(access->knows(TenantId{"acme"}));
  const auto key = access->add(TenantId{"acme"}, {http::Scope::ingest, http::Scope::read});
  REQUIRE(key.ok());
  const auto caller = opened(folder)->caller(*key);
  REQUIRE(caller.ok());
  CHECK(caller->tenant == TenantId{"acme"});
  CHECK(caller->may(http::Scope::read));
  CHECK_FALSE(caller->may(http::Scope::command));
  CHECK(access->knows(TenantId{"acme"}));
  std::ifstream file(folder.file());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text.find(*key) == std::string::npos);
  CHECK(access->revoke(caller->key_id).ok());
  CHECK(access->caller(*key).error().code == "unauthorized");
  CHECK(access->revoke(caller->key_id).error().code == "not_found");
}

TEST_CASE("keys added and revoked from several places at once are all kept, or all gone") {
  Folder folder;
  constexpr int writers = 4, keys_each = 5;
  std::vector<std::string> added(writers * keys_each);
  {
    std::vector<std::jthread> threads;
    for (std::size_t w = 0; w < writers; ++w)
      threads.emplace_back([&, w] {
        const auto access =
            AccessFile::open(folder.file(), Key256{7});  // its own view of the file, as a process has
        for (std::size_t k = 0; access && k < keys_each; ++k)
          added[w * keys_each + k] = (*access)->add(TenantId{"acme"}, {http::Scope::read}).value();
      });
  }
  const auto access = opened(folder);
  CHECK(access->keys().size() == writers * keys_each);
  for (const auto& key : added) CHECK(access->caller(key).ok());
  const auto other = opened(folder);
  for (const auto& key : access->keys()) CHECK(other->revoke(key.id).ok());
  CHECK(opened(folder)->keys().empty());
}

TEST_CASE("a key is worth nothing under another master key, and an admin may do everything") {
  Folder folder;
  const auto key = opened(folder)->add(TenantId{"_platform"}, {http::Scope::admin});
  REQUIRE(key.ok());
  CHECK_FALSE(opened(folder, Key256{8})->caller(*key).ok());
  CHECK(opened(folder)->caller(*key)->may(http::Scope::ingest));
  CHECK(opened(folder)->caller(*key)->platform());
}

TEST_CASE("a tenant's name is short and plain, and a broken file stops the start with its line") {
  Folder folder;
  CHECK(opened(folder)->add(TenantId{"Ac me"}, {}).error().code == "tenant");
  std::ofstream(folder.file()) << "[[key]]\nid = \"k\"\nscopes = [\"read\",\n \"all\"]\n";
  const auto broken = AccessFile::open(folder.file(), Key256{});
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().fault == Fault::stop);
  CHECK(broken.error().message.find("access.toml:4: a scope is") != std::string::npos);
}
