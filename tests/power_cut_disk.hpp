// A disk for RocksDB whose power can be cut: what was not synced is lost then, as a whole or with a torn
// tail, and so are the creations, renames and deletions of files whose directory was not synced.
//
// Everything is written through to real files, beside a note of how much of each is durable; after the cut
// every operation fails, and once the database object is gone, lose_unsynced() makes the files what a restart
// would find.
#pragma once
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace trunkline {

class PowerCutDisk : public rocksdb::FileSystemWrapper {
 public:
  using Status = rocksdb::IOStatus;
  using Options = rocksdb::IOOptions;
  using Context = rocksdb::IODebugContext;

  // A disk that lies says "synced" and is not: the journal's promise must break on it, or the test proves
  // nothing.
  enum class Syncs { honest, lies };

  PowerCutDisk(Syncs syncs, std::uint64_t seed)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), syncs_(syncs), random_(seed) {}
  const char* Name() const override { return "PowerCutDisk"; }

  // The power goes at the n-th write, sync or change of a directory from now on.
  void cut_after(std::uint64_t operations) {
    const std::scoped_lock lock(mutex_);
    until_cut_ = operations;
  }
  bool is_off() {
    const std::scoped_lock lock(mutex_);
    return off_;
  }

  // Call when nothing has the files open any more.
  void lose_unsynced();

  Status NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                         std::unique_ptr<rocksdb::FSWritableFile>* file, Context* context) override;
  Status NewDirectory(const std::string& name, const Options& options,
                      std::unique_ptr<rocksdb::FSDirectory>* directory, Context* context) override;
  Status RenameFile(const std::string& from, const std::string& to, const Options& options,
                    Context* context) override;
  Status DeleteFile(const std::string& name, const Options& options, Context* context) override;
  Status ReopenWritableFile(const std::string&, const rocksdb::FileOptions&,
                            std::unique_ptr<rocksdb::FSWritableFile>*, Context*) override {
    return Status::NotSupported("the journal reopens no file for writing");
  }

 private:
  class File;
  class Directory;

  // What a file was before a change of its directory that is not yet durable: its contents, or that it was
  // not.
  struct Before {
    std::string name;
    std::optional<std::string> contents;
  };
  using Change = std::vector<Before>;  // of the files that change together

  // `failing`: the power goes during this operation; some of its effect may be there, its answer is not.
  enum class Power { on, failing, off };
  Power count_operation() {
    if (off_) return Power::off;
    if (!until_cut_ || --*until_cut_ > 0) return Power::on;
    off_ = true;
    return Power::failing;
  }
  static Status no_power() { return Status::IOError("the power is off"); }
  static std::string contents(const std::string& name);
  Before before(const std::string& name) const;
  bool chance() { return random_() % 2 == 0; }
  void tear(const std::string& name, std::uint64_t durable);

  const Syncs syncs_;
  std::mutex mutex_;
  std::mt19937_64 random_;
  std::optional<std::uint64_t> until_cut_;
  bool off_ = false;
  std::map<std::string, std::uint64_t> durable_;  // bytes of each file written since the start
  std::vector<Change> changes_;                   // in order, since the last sync of the directory
};

class PowerCutDisk::File : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(PowerCutDisk& disk, std::string name, std::unique_ptr<rocksdb::FSWritableFile>&& file)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), name_(std::move(name)) {}

  Status Append(const rocksdb::Slice& data, const Options& options, Context* context) override {
    const std::scoped_lock lock(disk_.mutex_);
    const Power power = disk_.count_operation();
    if (power == Power::off) return no_power();
    written_ += data.size();
    const Status appended = FSWritableFileOwnerWrapper::Append(data, options, context);
    return power == Power::on ? appended : no_power();
  }
  Status Append(const rocksdb::Slice& data, const Options& options, const rocksdb::DataVerificationInfo&,
                Context* context) override {
    return Append(data, options, context);
  }
  Status Sync(const Options& options, Context* context) override {
    const std::scoped_lock lock(disk_.mutex_);
    const Power power = disk_.count_operation();
    const bool reaches = power == Power::on || (power == Power::failing && disk_.chance());
    if (reaches && disk_.syncs_ == Syncs::honest) disk_.durable_[name_] = written_;
    if (power != Power::on) return no_power();
    return FSWritableFileOwnerWrapper::Flush(options, context);  // a real sync would only cost the test time
  }
  Status Fsync(const Options& options, Context* context) override { return Sync(options, context); }
  Status RangeSync(std::uint64_t, std::uint64_t, const Options&, Context*) override { return Status::OK(); }

 private:
  PowerCutDisk& disk_;
  const std::string name_;
  std::uint64_t written_ = 0;
};

class PowerCutDisk::Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(PowerCutDisk& disk, std::unique_ptr<rocksdb::FSDirectory>&& directory)
      : FSDirectoryWrapper(std::move(directory)), disk_(disk) {}
  Status Fsync(const Options&, Context*) override {
    const std::scoped_lock lock(disk_.mutex_);
    if (disk_.count_operation() != Power::on) return no_power();
    if (disk_.syncs_ == Syncs::honest) disk_.changes_.clear();
    return Status::OK();
  }
  Status FsyncWithDirOptions(const Options& options, Context* context,
                             const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, context);
  }

 private:
  PowerCutDisk& disk_;
};

inline PowerCutDisk::Status PowerCutDisk::NewWritableFile(const std::string& name,
                                                          const rocksdb::FileOptions& options,
                                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                          Context* context) {
  const std::scoped_lock lock(mutex_);
  if (count_operation() != Power::on) return no_power();
  changes_.push_back({before(name)});
  std::unique_ptr<rocksdb::FSWritableFile> real;
  const Status made = FileSystemWrapper::NewWritableFile(name, options, &real, context);
  if (!made.ok()) return made;
  durable_[name] = 0;
  *file = std::make_unique<File>(*this, name, std::move(real));
  return made;
}

inline PowerCutDisk::Status PowerCutDisk::NewDirectory(const std::string& name, const Options& options,
                                                       std::unique_ptr<rocksdb::FSDirectory>* directory,
                                                       Context* context) {
  std::unique_ptr<rocksdb::FSDirectory> real;
  const Status opened = FileSystemWrapper::NewDirectory(name, options, &real, context);
  if (opened.ok()) *directory = std::make_unique<Directory>(*this, std::move(real));
  return opened;
}

inline PowerCutDisk::Status PowerCutDisk::RenameFile(const std::string& from, const std::string& to,
                                                     const Options& options, Context* context) {
  const std::scoped_lock lock(mutex_);
  if (count_operation() != Power::on) return no_power();
  changes_.push_back({before(from), before(to)});
  const auto durable = durable_.find(from);
  if (durable != durable_.end()) {
    durable_[to] = durable->second;
    durable_.erase(durable);
  } else {
    durable_.erase(to);
  }
  return FileSystemWrapper::RenameFile(from, to, options, context);
}

inline PowerCutDisk::Status PowerCutDisk::DeleteFile(const std::string& name, const Options& options,
                                                     Context* context) {
  const std::scoped_lock lock(mutex_);
  if (count_operation() != Power::on) return no_power();
  changes_.push_back({before(name)});
  durable_.erase(name);
  return FileSystemWrapper::DeleteFile(name, options, context);
}

inline std::string PowerCutDisk::contents(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline PowerCutDisk::Before PowerCutDisk::before(const std::string& name) const {
  if (!std::filesystem::exists(name)) return {name, std::nullopt};
  std::string before = contents(name);
  const auto durable = durable_.find(name);
  if (durable != durable_.end()) before.resize(std::min<std::uint64_t>(durable->second, before.size()));
  return {name, std::move(before)};
}

// Of what was written behind the durable part nothing may be left, or a beginning, or a beginning and
// rubbish.
inline void PowerCutDisk::tear(const std::string& name, std::uint64_t durable) {
  const std::uint64_t size = std::filesystem::file_size(name);
  if (size <= durable) return;
  const std::uint64_t kept = chance() ? durable : durable + random_() % (size - durable + 1);
  std::filesystem::resize_file(name, kept);
  if (!name.ends_with(".log") || chance()) return;
  std::ofstream(name, std::ios::binary | std::ios::app)
      << std::string(random_() % 5000, chance() ? '\0' : '#');
}

inline void PowerCutDisk::lose_unsynced() {
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, durable] : durable_)
    if (std::filesystem::exists(name)) tear(name, durable);
  // A directory's changes reach the disk in order: some of the newest are lost.
  for (std::size_t lost = changes_.empty() ? 0 : random_() % (changes_.size() + 1); lost > 0; --lost) {
    for (const Before& file : changes_.back())
      if (file.contents)
        std::ofstream(file.name, std::ios::binary | std::ios::trunc) << *file.contents;
      else
        std::filesystem::remove(file.name);
    changes_.pop_back();
  }
  durable_.clear();
  changes_.clear();
}

}  // namespace trunkline
