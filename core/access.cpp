#include "core/access.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/logs.hpp"

namespace trunkline {
namespace {

constexpr std::string_view key_prefix = "tk_";

Error bad_file(const std::string& path, const toml::source_region& where, const std::string& why) {
  return must_stop("access", path + ":" + std::to_string(where.begin.line) + ": " + why);
}

std::string stamp_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return "missing";
  std::ostringstream text;
  text << file.st_ino << ' ' << file.st_size << ' ' << file.st_mtim.tv_sec << ' ' << file.st_mtim.tv_nsec;
  return text.str();
}

Result<AccessKey> read_key(const std::string& path, const toml::table& table) {
  AccessKey key;
  for (const auto& [name, node] : table) {
    if (name == "id") {
      key.id = node.value_or(std::string{});
    } else if (name == "tenant") {
      key.tenant = TenantId{node.value_or(std::string{})};
    } else if (name == "hash") {
      key.hash = node.value_or(std::string{});
    } else if (const auto* scopes = node.as_array(); name == "scopes" && scopes != nullptr) {
      for (const auto& each : *scopes) {
        const auto scope = http::parse_scope(each.value_or(std::string{}));
        if (!scope) return bad_file(path, each.source(), "a scope is ingest, read, command or admin");
        key.scopes.push_back(*scope);
      }
    } else {
      return bad_file(path, name.source(), "a key has id, tenant, scopes and hash");
    }
  }
  if (key.id.empty() || key.hash.size() != 64 || !is_tenant_name(key.tenant.value()))
    return bad_file(path, table.source(), "a key has id, tenant, scopes and hash");
  return key;
}

// Held while the file is read, changed and written: two `trunkline keys` at once would lose one's key.
class ChangingFile {
 public:
  explicit ChangingFile(const std::string& path)
      : lock_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (lock_ >= 0) held_ = ::flock(lock_, LOCK_EX) == 0;
  }
  ChangingFile(const ChangingFile&) = delete;
  ChangingFile& operator=(const ChangingFile&) = delete;
  ~ChangingFile() {
    if (lock_ >= 0) ::close(lock_);
  }
  bool held() const { return held_; }

 private:
  int lock_;
  bool held_ = false;
};

// A rename is only kept by a power cut when the directory was synced.
bool sync_directory_of(const std::string& path) {
  const auto directory = std::filesystem::path{path}.parent_path();
  const int opened = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = opened >= 0 && ::fsync(opened) == 0;
  if (opened >= 0) ::close(opened);
  return synced;
}

// Complete or not at all: written beside, synced, then renamed.
Status replace_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = file >= 0 &&
                       ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!written || ::rename(beside.c_str(), path.c_str()) != 0 || !sync_directory_of(path))
    return must_stop("access", path + ": cannot be written");
  return done();
}

}  // namespace

bool is_tenant_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

AccessFile::AccessFile(std::string path, const Key256& master)
    : path_(std::move(path)), hash_(derive_key(master, "api keys")) {}

Result<std::unique_ptr<AccessFile>> AccessFile::open(std::string path, const Key256& master) {
  std::unique_ptr<AccessFile> access{new AccessFile(std::move(path), master)};
  access->stamp_ = stamp_of(access->path_);
  auto content = read(access->path_);
  if (!content) return content.error();
  access->content_ = std::make_shared<const Content>(std::move(*content));
  return access;
}

Result<AccessFile::Content> AccessFile::read(const std::string& path) {
  Content content;
  std::ifstream file(path, std::ios::binary);
  if (!file) return content;
  std::stringstream text;
  text << file.rdbuf();
  try {
    const toml::table table = toml::parse(text.str());
    for (const auto& [name, node] : table) {
      const auto* keys = node.as_array();
      if (name != "key" || keys == nullptr) return bad_file(path, name.source(), "holds [[key]] tables only");
      for (const auto& each : *keys) {
        if (!each.is_table()) return bad_file(path, each.source(), "holds [[key]] tables only");
        auto key = read_key(path, *each.as_table());
        if (!key) return key.error();
        http::Caller caller{key->tenant, key->id, 0};
        for (const auto scope : key->scopes) caller.scopes |= 1u << static_cast<unsigned>(scope);
        content.callers.emplace(key->hash, std::move(caller));
        content.tenants.insert(key->tenant);
        content.keys.push_back(std::move(*key));
      }
    }
  } catch (const toml::parse_error& error) {
    return bad_file(path, error.source(), std::string{error.description()});
  }
  return content;
}

void AccessFile::reread_if_changed() {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::shared_lock lock(mutex_);
    if (now - looked_at_ < std::chrono::milliseconds{reread_after_ms}) return;
  }
  const std::unique_lock lock(mutex_);
  if (now <= looked_at_) return;
  looked_at_ = now;
  std::string stamp = stamp_of(path_);
  if (stamp == stamp_) return;
  stamp_ = std::move(stamp);
  auto content = read(path_);
  if (content)
    content_ = std::make_shared<const Content>(std::move(*content));
  else
    logs::error("access_file_unreadable",
                {{"why", content.error().message}, {"effect", "the keys read before hold"}});
}

std::string AccessFile::hash_of(std::string_view key) const {
  return hex(as_text(hash_.of({key})));
}

Result<http::Caller> AccessFile::caller(std::string_view bearer) {
  reread_if_changed();
  const std::string hash = hash_of(bearer);
  const std::shared_lock lock(mutex_);
  const auto found = content_->callers.find(hash);
  if (found == content_->callers.end())
    return rejected("unauthorized", "the key is not known here, or was revoked");
  return found->second;
}

bool AccessFile::knows(const TenantId& tenant) {
  reread_if_changed();
  const std::shared_lock lock(mutex_);
  return content_->tenants.contains(tenant);
}

std::vector<AccessKey> AccessFile::keys() {
  const std::shared_lock lock(mutex_);
  return content_->keys;
}

Status AccessFile::write(const std::vector<AccessKey>& keys) {
  std::ostringstream text;
  text << "# Written by `trunkline keys`. Hashes under the master key: the keys themselves are nowhere.\n";
  for (const AccessKey& key : keys) {
    toml::array scopes;
    for (const auto scope : key.scopes) scopes.push_back(http::scope_name(scope));
    text << "\n[[key]]\nid = \"" << key.id << "\"\ntenant = \"" << key.tenant.value()
         << "\"\nscopes = " << scopes << "\nhash = \"" << key.hash << "\"\n";
  }
  if (auto written = replace_file(path_, text.str()); !written) return written;
  return read_now();
}

Status AccessFile::read_now() {
  stamp_ = stamp_of(path_);
  auto content = read(path_);
  if (!content) return content.error();
  content_ = std::make_shared<const Content>(std::move(*content));
  return done();
}

Status AccessFile::change(const std::function<Status(std::vector<AccessKey>&)>& edit) {
  const std::unique_lock lock(mutex_);
  const ChangingFile alone(path_);
  if (!alone.held()) return must_stop("access", path_ + ".lock: cannot be locked");
  if (auto fresh = read_now(); !fresh) return fresh;
  auto keys = content_->keys;
  if (auto edited = edit(keys); !edited) return edited;
  return write(keys);
}

Result<std::string> AccessFile::add(const TenantId& tenant, std::vector<http::Scope> scopes) {
  if (!is_tenant_name(tenant.value()))
    return rejected("tenant", "a tenant is named with 1 to 64 of a-z, 0-9, _ and -");
  const std::string text = std::string{key_prefix} + base64url(as_text(random_key()));
  const auto added = change([&](std::vector<AccessKey>& keys) {
    keys.push_back(
        {"k_" + hex(as_text(random_key()).substr(0, 6)), tenant, std::move(scopes), hash_of(text)});
    return done();
  });
  if (!added) return added.error();
  return text;
}

Status AccessFile::revoke(const std::string& id) {
  return change([&](std::vector<AccessKey>& keys) -> Status {
    if (std::erase_if(keys, [&](const AccessKey& key) { return key.id == id; }) == 0)
      return rejected("not_found", "there is no key of that id");
    return done();
  });
}

}  // namespace trunkline
