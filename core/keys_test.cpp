// One contract suite for both key stores, then what only the Postgres store promises.
#include "core/keys.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "core/keys_memory.hpp"
#include "core/keys_postgres.hpp"
#include "tests/test_database.hpp"

using namespace trunkline;
using testing::TestDatabase;

namespace {

const TenantId acme{"acme"};
const TenantId other{"other"};

Key256 master_of(std::uint8_t seed) {
  Key256 key;
  key.fill(seed);
  return key;
}

std::vector<Token> tokens_of(const std::string& name, int count) {
  std::vector<Token> tokens;
  for (int i = 0; i < count; ++i) tokens.push_back(Token{"p_" + name + std::to_string(i)});
  return tokens;
}

// A database with its pool and as many stores ("processes") as a test wants.
struct World {
  TestDatabase database;
  PostgresPool pool{database.address(), 8};

  std::unique_ptr<PostgresKeys> open(std::size_t cached_max = 1000, std::uint8_t seed = 7) {
    auto opened = PostgresKeys::open(pool, master_of(seed), JournalState::empty, cached_max);
    REQUIRE(opened);
    return *std::move(opened);
  }
};

auto sealing(KeyStore& store, const std::vector<Token>& tokens, const TenantId& tenant = acme) {
  auto keys = store.keys_to_seal(tenant, tokens);
  REQUIRE(keys);
  return *std::move(keys);
}
auto opening(KeyStore& store, const std::vector<Token>& tokens, const TenantId& tenant = acme) {
  auto keys = store.keys_to_open(tenant, tokens);
  REQUIRE(keys);
  return *std::move(keys);
}

void judge(KeyStore& store) {
  const auto secret = store.tenant_secret(acme);
  REQUIRE(secret);
  CHECK(store.tenant_secret(acme).value() == *secret);
  CHECK(store.tenant_secret(other).value() != *secret);

  const auto tokens = tokens_of("a", 3);
  CHECK(opening(store, tokens) == std::vector<std::optional<SecretKey>>(3));
  const auto keys = sealing(store, tokens);
  REQUIRE(keys.size() == 3);
  CHECK(std::set(keys.begin(), keys.end()).size() == 3);
  CHECK(keys[0].has_value());
  CHECK(sealing(store, tokens) == keys);
  CHECK(opening(store, tokens) == keys);
  CHECK(sealing(store, {tokens[2], tokens[0], tokens[2]}) == std::vector{keys[2], keys[0], keys[2]});
  CHECK(sealing(store, tokens, other)[0] != keys[0]);

  const auto never_made = tokens_of("never", 1);
  for (int again = 0; again < 2; ++again) {
    REQUIRE(store.destroy(acme, std::vector{tokens[1], never_made[0]}));
    CHECK(sealing(store, tokens) == std::vector<std::optional<SecretKey>>{keys[0], std::nullopt, keys[2]});
    CHECK(opening(store, tokens) == std::vector<std::optional<SecretKey>>{keys[0], std::nullopt, keys[2]});
    CHECK_FALSE(sealing(store, never_made)[0]);
    CHECK(sealing(store, tokens, other)[1]);
  }
  CHECK(sealing(store, {}).empty());
  CHECK(opening(store, {}).empty());
}

}  // namespace

TEST_CASE("keys in memory keep the contract") {
  MemoryKeys store;
  judge(store);
}

TEST_CASE("keys in Postgres keep the contract, with a cache of any size") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  for (const std::size_t cached_max : {1u, 1000u}) {
    World world;
    judge(*world.open(cached_max));
  }
}

TEST_CASE("keys survive their process, and lie wrapped in Postgres") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto tokens = tokens_of("a", 2);
  const auto first = world.open();
  const auto keys = sealing(*first, tokens);
  const auto second = world.open();
  CHECK(second->tenant_secret(acme).value() == first->tenant_secret(acme).value());
  CHECK(opening(*second, tokens) == keys);
  CHECK(sealing(*second, tokens) == keys);
  CHECK(world.database.value("SELECT count(*) FROM keys.tokens WHERE octet_length(wrapped_key) = 40") == "2");
  CHECK(world.database.value("SELECT count(*) FROM keys.tokens WHERE position('\\x" +
                             hex(as_text(keys[0].value()).substr(0, 8)) + "'::bytea in wrapped_key) > 0") ==
        "0");
}

TEST_CASE("another master key, or lost keys beside a journal that holds events, stop the start") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto lost = PostgresKeys::open(world.pool, master_of(7), JournalState::holds_events);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == "master_key");
  REQUIRE(world.open()->tenant_secret(acme));
  CHECK(PostgresKeys::open(world.pool, master_of(7), JournalState::holds_events));
  const auto foreign = PostgresKeys::open(world.pool, master_of(8), JournalState::empty);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().fault == Fault::stop);
}

TEST_CASE("the cache of keys stays within its bound and forgets nothing that Postgres knows") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto store = world.open(64);
  const auto tokens = tokens_of("many", 2000);
  const auto keys = sealing(*store, tokens);
  CHECK(store->cached() <= 64);
  CHECK(store->cached() > 0);
  CHECK(opening(*store, tokens) == keys);
  CHECK(store->cached() <= 64);
}

TEST_CASE("tokens are looked up in the index, however many are asked for and stored") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto store = world.open(10);
  auto session = world.database.connect();
  REQUIRE(session
              .script("INSERT INTO keys.tokens (tenant, token) SELECT 'acme', 'p_' || md5(n::text)"
                      " FROM generate_series(1, 20000) n; ANALYZE keys.tokens")
              .ok());
  const auto whole_reads = [&] {
    {
      auto lease = world.pool.borrow();  // the session that looked up: what it counted becomes visible
      REQUIRE((*lease)->run("SELECT pg_stat_force_next_flush()").ok());
    }
    return session.run("SELECT seq_scan FROM pg_stat_all_tables WHERE relid = 'keys.tokens'::regclass")
        ->integer(0, 0);
  };
  const auto before = whole_reads();
  for (const auto& key : opening(*store, tokens_of("absent", 5'000))) REQUIRE_FALSE(key.has_value());
  CHECK(whole_reads() == before);
}

TEST_CASE("what is written beside an erasure happens with it or not at all") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto store = world.open();
  const auto tokens = tokens_of("a", 1);
  const auto keys = sealing(*store, tokens);
  const auto refused =
      store->destroy(acme, tokens, [](Transaction&) { return Status{rejected("no", "not today")}; });
  CHECK(refused.error().code == "no");
  CHECK(opening(*store, tokens) == keys);
  CHECK(opening(*world.open(), tokens) == keys);
}

TEST_CASE("an erasure by another process holds as soon as one has asked for it") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto here = world.open(), there = world.open();
  const auto tokens = tokens_of("a", 1);
  sealing(*here, tokens);
  REQUIRE(there->destroy(acme, tokens));
  CHECK(opening(*here, tokens)[0]);
  REQUIRE(here->forget_what_others_erased());
  CHECK_FALSE(opening(*here, tokens)[0]);
  CHECK_FALSE(sealing(*here, tokens)[0]);
}

TEST_CASE("a database that is away is a reason to try again") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  World world;
  const auto store = world.open();
  PostgresPool nowhere("host=/nowhere dbname=none", 1);
  CHECK(PostgresKeys::open(nowhere, master_of(7), JournalState::empty).error().fault == Fault::retry);
  sealing(*store, tokens_of("a", 1));
  REQUIRE(world.database.connect().run("ALTER TABLE keys.tokens RENAME TO gone"));
  CHECK_FALSE(store->keys_to_seal(acme, tokens_of("b", 1)));
  CHECK(store->keys_to_seal(acme, tokens_of("a", 1)));
  REQUIRE(world.database.connect().run("ALTER TABLE keys.gone RENAME TO tokens"));
  CHECK(store->keys_to_seal(acme, tokens_of("b", 1)));
}

TEST_SUITE("concurrent keys") {
  TEST_CASE("threads and processes that make the same tokens' keys agree on one key each") {
    SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
    World world;
    const std::unique_ptr<PostgresKeys> stores[] = {world.open(), world.open(50)};
    constexpr int threads_count = 16, tokens_count = 300;
    const auto tokens = tokens_of("shared", tokens_count);
    std::vector<std::vector<std::optional<SecretKey>>> seen(threads_count);
    {
      std::vector<std::jthread> threads;
      for (std::size_t t = 0; t < threads_count; ++t)
        threads.emplace_back([&, t] {
          for (std::size_t i = 0; i < tokens_count; i += 10) {
            const auto mine = std::span(tokens).subspan(t % 4 < 2 ? i : tokens_count - 10 - i, 10);
            auto keys = stores[t % 2]->keys_to_seal(acme, mine);
            if (keys) seen[t].insert(t % 4 < 2 ? seen[t].end() : seen[t].begin(), keys->begin(), keys->end());
          }
        });
    }
    const auto truth = opening(*world.open(), tokens);
    for (const auto& keys : seen) CHECK(keys == truth);
    CHECK(std::set(truth.begin(), truth.end()).size() == tokens_count);
  }

  TEST_CASE("a key that was erased while others used it is used by nobody afterwards") {
    SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
    World world;
    const auto store = world.open(40);
    const auto tokens = tokens_of("hot", 20);
    std::vector<std::jthread> users;
    for (int t = 0; t < 8; ++t)
      users.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          const auto sealed = store->keys_to_seal(acme, tokens);
          const auto opened = store->keys_to_open(acme, tokens);
          if (!sealed || !opened) return;
        }
      });
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      REQUIRE(store->destroy(acme, std::span(tokens).subspan(i, 1)));
      CHECK_FALSE(store->keys_to_seal(acme, std::span(tokens).subspan(i, 1)).value()[0]);
      CHECK_FALSE(store->keys_to_open(acme, std::span(tokens).subspan(i, 1)).value()[0]);
    }
    users.clear();
    CHECK(opening(*store, tokens) == std::vector<std::optional<SecretKey>>(20));
  }
}
