#include "core/keys_postgres.hpp"

#include "core/keys_rows.hpp"

namespace trunkline {
namespace {

std::string cache_name(const TenantId& tenant, const Token& token) {
  std::string name;
  name.reserve(tenant.value().size() + 1 + token.value().size());
  return name.append(tenant.value()).append(1, '\0').append(token.value());
}

}  // namespace

struct PostgresKeys::MakeCall {
  const TenantId& tenant;
  std::vector<Token> tokens;
  Keys keys;
  Status outcome = done();
};

struct PostgresKeys::Answer {
  Keys keys;
  std::vector<std::size_t> missing;
};

Result<std::unique_ptr<PostgresKeys>> PostgresKeys::open(PostgresPool& pool, const Key256& master,
                                                         JournalState journal, std::size_t keys_cached_max) {
  auto session = pool.borrow();
  if (!session) return session.error();
  if (const auto made = keys::make_schema(**session); !made) return made.error();
  const auto wrapping = derive_key(master, "trunkline key wrapping 1");
  const auto tenants = keys::count_tenants(**session);
  if (!tenants) return tenants.error();
  if (*tenants == 0 && journal == JournalState::holds_events)
    return must_stop("master_key",
                     "the journal holds events, but Postgres holds no keys: restore the schema `keys`");
  if (const auto right = keys::check_master(**session, wrapping); !right) return right.error();
  return std::unique_ptr<PostgresKeys>(new PostgresKeys(pool, wrapping, keys_cached_max));
}

PostgresKeys::PostgresKeys(PostgresPool& pool, const Key256& wrapping, std::size_t keys_cached_max)
    : pool_(pool),
      wrapping_(wrapping),
      known_(keys_cached_max),
      making_([this](auto round) { make(round); }) {}

PostgresKeys::~PostgresKeys() {
  wipe(wrapping_);
}

Result<SecretKey> PostgresKeys::tenant_secret(const TenantId& tenant) {
  {
    const std::lock_guard lock(secrets_mutex_);
    if (const auto known = secrets_.find(tenant); known != secrets_.end()) return known->second;
  }
  auto session = pool_.borrow();
  if (!session) return session.error();
  const auto secret = keys::tenant_secret(**session, wrapping_, tenant);
  if (!secret) return secret.error();
  const std::lock_guard lock(secrets_mutex_);
  return secrets_.try_emplace(tenant, *secret).first->second;
}

PostgresKeys::Answer PostgresKeys::look_up(const TenantId& tenant, std::span<const Token> tokens) {
  Answer answer;
  answer.keys.resize(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (const auto known = known_.find(cache_name(tenant, tokens[i])))
      answer.keys[i] = *known;
    else
      answer.missing.push_back(i);
  }
  return answer;
}

Result<PostgresKeys::Keys> PostgresKeys::keys_to_seal(const TenantId& tenant, std::span<const Token> tokens) {
  auto answer = look_up(tenant, tokens);
  if (answer.missing.empty()) return std::move(answer.keys);
  MakeCall call{tenant, {}, {}};
  for (const auto i : answer.missing) call.tokens.push_back(tokens[i]);
  making_.run(call);
  if (!call.outcome) return call.outcome.error();
  for (std::size_t k = 0; k < answer.missing.size(); ++k) answer.keys[answer.missing[k]] = call.keys[k];
  return std::move(answer.keys);
}

void PostgresKeys::make(std::span<MakeCall* const> round) {
  const auto seen = erasures();
  keys::TokenRows rows;
  for (const auto* call : round)
    for (const Token& token : call->tokens) rows.try_emplace({call->tenant.value(), token.value()});
  auto session = pool_.borrow();
  const auto outcome = session ? keys::make_tokens(**session, wrapping_, rows) : Status{session.error()};
  for (auto* call : round) {
    call->outcome = outcome;
    if (!outcome) continue;
    for (const Token& token : call->tokens) {
      const auto& key = rows.at({call->tenant.value(), token.value()}).value();
      call->keys.push_back(key);
      remember(call->tenant, token, key, seen);
    }
  }
}

Result<PostgresKeys::Keys> PostgresKeys::keys_to_open(const TenantId& tenant, std::span<const Token> tokens) {
  const auto seen = erasures();
  auto answer = look_up(tenant, tokens);
  if (answer.missing.empty()) return std::move(answer.keys);
  keys::TokenRows rows;
  for (const auto i : answer.missing) rows.try_emplace({tenant.value(), tokens[i].value()});
  auto session = pool_.borrow();
  if (!session) return session.error();
  if (const auto read = keys::read_tokens(**session, wrapping_, rows); !read) return read.error();
  for (const auto i : answer.missing) {
    const auto& row = rows.at({tenant.value(), tokens[i].value()});
    if (!row) continue;  // never made: not remembered, for it may be made at any moment
    answer.keys[i] = *row;
    remember(tenant, tokens[i], *row, seen);
  }
  return std::move(answer.keys);
}

Status PostgresKeys::destroy(const TenantId& tenant, std::span<const Token> tokens) {
  return destroy(tenant, tokens, [](Transaction&) { return done(); });
}

Status PostgresKeys::destroy(const TenantId& tenant, std::span<const Token> tokens,
                             const std::function<Status(Transaction&)>& also) {
  auto session = pool_.borrow();
  if (!session) return session.error();
  auto transaction = Transaction::begin(**session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  if (const auto erased = keys::erase_tokens(*transaction, tenant, tokens); !erased) return erased;
  if (const auto written = also(*transaction); !written) return written;
  const auto committed = transaction->commit();
  forget(tenant, tokens);  // after an unclear commit, too: the next look-up reads what is true
  return committed;
}

void PostgresKeys::forget(const TenantId& tenant, std::span<const Token> tokens) {
  const std::unique_lock lock(erasing_);
  ++erasures_;
  for (const Token& token : tokens) known_.forget(cache_name(tenant, token));
}

// An erasure carries the moment at which its transaction began, so the last minute is looked at again.
Status PostgresKeys::forget_what_others_erased() {
  auto session = pool_.borrow();
  if (!session) return session.error();
  const auto now = (*session)->run("SELECT clock_timestamp()::text");
  if (!now) return now.error();
  const auto erased = (*session)->run(
      "SELECT tenant, token FROM keys.tokens WHERE erased_at > $1::timestamptz - interval '1 minute'",
      Params{}.text(looked_at_));
  if (!erased) return erased.error();
  for (std::size_t i = 0; i < erased->size(); ++i) {
    const Token token{std::string{erased->text(i, 1)}};
    forget(TenantId{std::string{erased->text(i, 0)}}, std::span{&token, 1});
  }
  looked_at_ = now->text(0, 0);
  return done();
}

std::uint64_t PostgresKeys::erasures() const {
  const std::shared_lock lock(erasing_);
  return erasures_;
}

void PostgresKeys::remember(const TenantId& tenant, const Token& token, const std::optional<SecretKey>& key,
                            std::uint64_t seen) {
  const std::shared_lock lock(erasing_);
  if (erasures_ == seen) known_.put(cache_name(tenant, token), key);
}

}  // namespace trunkline
