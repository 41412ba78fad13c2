#include "core/log/rocks_store.hpp"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>

#include "core/json.hpp"
#include "core/log/journal_id.hpp"

namespace trunkline {
namespace {

constexpr std::string_view identity_key = "journal";
constexpr std::int64_t format_known = 1;

// Its own inverse.
std::uint64_t to_big_endian(std::uint64_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

rocksdb::Slice slice_of(std::string_view text) {
  return {text.data(), text.size()};
}

Error foreign(const std::string& why) {
  return must_stop("journal_foreign", "the directory holds a RocksDB database that is no journal: " + why);
}

Error corrupt(const std::string& why) {
  return must_stop("journal_corrupt", "the journal is damaged: " + why);
}

struct Identity {
  std::int64_t partitions = 0;
  JournalId id;
};

std::string write_identity(const Identity& identity) {
  std::string text;
  json::Writer(text)
      .open('{')
      .key("format")
      .number(format_known)
      .key("id")
      .string(identity.id.value())
      .key("partitions")
      .number(identity.partitions)
      .close('}');
  return text;
}

Result<Identity> read_identity(std::string_view text) {
  json::Parser parser;
  const auto parsed = parser.parse(text);
  const auto object = parsed ? parsed->as_object() : std::nullopt;
  if (!object) return foreign("its identity is not JSON");
  if (object->integer("format") != format_known)
    return foreign("its format is not one that this version knows");
  const auto id = object->string("id");
  const auto partitions = object->integer("partitions");
  if (!id || !is_journal_id(*id) || !partitions)
    return foreign("its identity lacks an id or a partition count");
  return Identity{*partitions, JournalId{std::string(*id)}};
}

// A directory entry is durable when its parent is synced; RocksDB syncs only what is below.
Status make_directory(const std::string& directory) {
  std::error_code error;
  const auto path = std::filesystem::absolute(directory);
  if (std::filesystem::exists(path, error)) return done();
  std::filesystem::create_directories(path, error);
  if (error) return try_again("journal", "cannot make the journal's directory: " + error.message());
  const int parent = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = parent >= 0 && ::fsync(parent) == 0;
  if (parent >= 0) ::close(parent);
  if (!synced) return try_again("journal", "cannot sync the directory above the journal");
  return done();
}

}  // namespace

Error rocks_error(std::string_view doing, const rocksdb::Status& status) {
  const std::string message = std::string(doing) + ": " + status.ToString();
  if (status.IsIOError() && message.find("lock") != std::string::npos)
    return try_again("journal_in_use", "another process has the journal (" + message + ")");
  if (status.IsIOError() || status.IsBusy() || status.IsTimedOut() || status.IsTryAgain() ||
      status.IsIncomplete())
    return try_again("journal", message);
  return must_stop("journal_corrupt", message);
}

std::string partition_name(Partition partition) {
  std::string number = std::to_string(partition.value());
  return "p" + std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
}

OffsetKey::OffsetKey(Offset offset) {
  const std::uint64_t big_endian = to_big_endian(offset.value());
  std::memcpy(bytes_, &big_endian, sizeof bytes_);
}

std::optional<Offset> OffsetKey::read(const rocksdb::Slice& key) {
  std::uint64_t big_endian = 0;
  if (key.size() != sizeof big_endian) return std::nullopt;
  std::memcpy(&big_endian, key.data(), sizeof big_endian);
  return Offset{to_big_endian(big_endian)};
}

Result<std::unique_ptr<RocksStore>> RocksStore::open(const RocksSettings& settings) {
  if (const Status made = make_directory(settings.directory); !made) return made.error();
  std::unique_ptr<RocksStore> store(new RocksStore);
  if (const Status opened = store->open_database(settings); !opened) return opened.error();
  if (const Status identified = store->identify(settings); !identified) return identified.error();
  return store;
}

RocksStore::~RocksStore() {
  if (!database_) return;
  for (auto* family : families_) database_->DestroyColumnFamilyHandle(family);
  if (standard_) database_->DestroyColumnFamilyHandle(standard_);
}

Status RocksStore::open_database(const RocksSettings& settings) {
  rocksdb::Env* env = settings.env ? settings.env : rocksdb::Env::Default();
  std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
  const auto exists = env->FileExists(settings.directory + "/CURRENT");
  if (!exists.ok() && !exists.IsNotFound()) return rocks_error("looking for the journal", exists);
  if (exists.ok()) {
    const auto listed =
        rocksdb::DB::ListColumnFamilies(journal_database_options(env), settings.directory, &names);
    if (!listed.ok()) return rocks_error("looking into the journal", listed);
  }
  std::ranges::sort(names);
  for (std::size_t i = 1; i < names.size(); ++i)
    if (names[i] != partition_name(Partition{static_cast<std::uint32_t>(i - 1)}))
      return foreign("it has a column family that no journal has");
  return open_families(settings, names);
}

Status RocksStore::open_families(const RocksSettings& settings, const std::vector<std::string>& names) {
  rocksdb::DBOptions options = journal_database_options(settings.env);
  options.create_if_missing = true;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names)
    families.emplace_back(name, journal_partition_options(settings.compression));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  const auto opened = rocksdb::DB::Open(options, settings.directory, families, &handles, &database);
  if (!opened.ok()) return rocks_error("opening the journal", opened);
  database_.reset(database);
  standard_ = handles.front();
  families_.assign(handles.begin() + 1, handles.end());
  return done();
}

Status RocksStore::identify(const RocksSettings& settings) {
  std::string text;
  const auto found = database_->Get({}, standard_, slice_of(identity_key), &text);
  if (found.IsNotFound()) return make_journal(settings);
  if (!found.ok()) return rocks_error("reading the journal's identity", found);
  const auto identity = read_identity(text);
  if (!identity) return identity.error();
  if (identity->partitions != settings.partitions)
    return must_stop("journal_partitions",
                     "the journal was made with " + std::to_string(identity->partitions) +
                         " partitions and cannot be opened with " + std::to_string(settings.partitions));
  if (families_.size() != settings.partitions) return corrupt("a partition is missing");
  id_ = identity->id;
  return done();
}

// Also after a crash between the first start's steps: the identity is written last, and nothing is appended
// before.
Status RocksStore::make_journal(const RocksSettings& settings) {
  const auto records = holds_records();
  if (!records) return records.error();
  if (*records || families_.size() > settings.partitions) return foreign("it has contents but no identity");
  while (families_.size() < settings.partitions) {
    rocksdb::ColumnFamilyHandle* family = nullptr;
    const auto name = partition_name(Partition{partitions()});
    const auto made =
        database_->CreateColumnFamily(journal_partition_options(settings.compression), name, &family);
    if (!made.ok()) return rocks_error("making the journal", made);
    families_.push_back(family);
  }
  id_ = new_journal_id();
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto written =
      database_->Put(synced, standard_, slice_of(identity_key), write_identity({settings.partitions, id_}));
  if (!written.ok()) return rocks_error("making the journal", written);
  return done();
}

Result<bool> RocksStore::holds_records() const {
  std::vector<rocksdb::ColumnFamilyHandle*> all = families_;
  all.push_back(standard_);
  for (auto* family : all) {
    const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator({}, family));
    at->SeekToFirst();
    if (!at->status().ok()) return rocks_error("reading the journal", at->status());
    if (at->Valid()) return true;
  }
  return false;
}

}  // namespace trunkline
