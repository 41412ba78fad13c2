// Who may knock: a file of keyed hashes with tenant and scopes. A key is random, shown once and never stored.
//
//   [[key]]
//   id = "k_1f9a…"        # names the key: in logs, for revoking
//   tenant = "acme"       # "_platform": the operator
//   scopes = ["ingest", "read"]
//   hash = "…"            # 64 hex digits: HMAC-SHA256 under a key derived from the master key
//
// A tenant is known when a key of the file is its own. The running server reads the file again whenever it
// has changed, so what `trunkline keys` adds or revokes holds at once (within reread_after_ms).
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "core/crypto.hpp"
#include "core/http.hpp"
#include "core/result.hpp"

namespace trunkline {

struct AccessKey {
  std::string id;
  TenantId tenant;
  std::vector<http::Scope> scopes;
  std::string hash;
};

inline constexpr int reread_after_ms = 100;

class AccessFile {
 public:
  // A missing file is an empty one. Errors: stop "access", with the line.
  static Result<std::unique_ptr<AccessFile>> open(std::string path, const Key256& master);

  // Any thread. Errors: reject "unauthorized".
  Result<http::Caller> caller(std::string_view bearer);
  bool knows(const TenantId& tenant);

  std::vector<AccessKey> keys();
  // The key's text, which nobody can find out again. Errors: reject "tenant" (not [a-z0-9_-]{1,64}), stop
  // (disk).
  Result<std::string> add(const TenantId& tenant, std::vector<http::Scope> scopes);
  Status revoke(const std::string& id);  // reject "not_found"

 private:
  struct Content {
    std::vector<AccessKey> keys;
    std::map<std::string, http::Caller, std::less<>> callers;  // by hash
    std::set<TenantId> tenants;
  };
  AccessFile(std::string path, const Key256& master);
  static Result<Content> read(const std::string& path);
  void reread_if_changed();
  Status write(const std::vector<AccessKey>& keys);
  Status read_now();
  // Reads, edits and writes the file while no other process does; the edit's error leaves it as it is.
  Status change(const std::function<Status(std::vector<AccessKey>&)>& edit);
  std::string hash_of(std::string_view key) const;

  const std::string path_;
  const Hmac hash_;
  std::shared_mutex mutex_;
  std::shared_ptr<const Content> content_;  // shared: requests keep the one they began with
  std::chrono::steady_clock::time_point looked_at_{};
  std::string stamp_;  // size, inode and time of change of the file read last
};

bool is_tenant_name(std::string_view text);  // [a-z0-9_-]{1,64}, or "_platform"

}  // namespace trunkline
