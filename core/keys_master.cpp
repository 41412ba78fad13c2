#include "core/keys_master.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trunkline {
namespace {

constexpr std::size_t file_bytes = 65;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

Error refusal(const std::filesystem::path& file, const std::string& why) {
  return must_stop("master_key", "the master key " + file.string() + " " + why);
}

Error system_failure(const std::filesystem::path& file, const std::string& what) {
  return refusal(file, "could not be " + what + ": " + std::strerror(errno));
}

Result<Key256> read_key(const std::filesystem::path& file, int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return system_failure(file, "examined");
  if (!S_ISREG(status.st_mode)) return refusal(file, "is not a regular file");
  if ((status.st_mode & 077) != 0) return refusal(file, "may be read by others than its owner: chmod 600 it");
  std::array<char, file_bytes + 1> text{};
  const auto size = ::read(descriptor, text.data(), text.size());
  if (size < 0) return system_failure(file, "read");
  const auto bytes = from_hex({text.data(), file_bytes - 1});
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (size != file_bytes || !bytes) return refusal(file, "is damaged: it has not 64 hex digits");
  Key256 key;
  std::memcpy(key.data(), bytes->data(), key.size());
  return key;
}

bool write_and_sync(int descriptor, std::string_view text) {
  return ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
         ::fsync(descriptor) == 0;
}

bool sync_directory(const std::filesystem::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() && ::fsync(opened.number()) == 0;
}

// Written under another name and then linked, which fails where a file is: so the name never shows half a
// key, and of two starts at once both use the first one's.
Status make_key(const std::filesystem::path& file) {
  std::string name = file.string() + ".XXXXXX";
  const Descriptor made(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
  if (!made.is_open()) return system_failure(file, "made");
  const auto key = random_key();
  const bool written = write_and_sync(made.number(), hex(as_text(key)) + "\n");
  const bool linked = written && (::link(name.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const auto failure = linked ? done() : Status{system_failure(file, "written")};
  ::unlink(name.c_str());
  if (!failure) return failure;
  if (!sync_directory(file.parent_path().empty() ? "." : file.parent_path()))
    return system_failure(file, "synced");
  return done();
}

}  // namespace

Result<Key256> open_master_key(const std::filesystem::path& file, JournalState journal) {
  for (int attempt = 0;; ++attempt) {
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.is_open()) return read_key(file, opened.number());
    if (errno != ENOENT || attempt > 0) return system_failure(file, "opened");
    if (journal == JournalState::holds_events)
      return refusal(file,
                     "is missing, but the journal holds events sealed under it: restore it from its backup");
    if (const auto made = make_key(file); !made) return made.error();
  }
}

}  // namespace trunkline
