#include "core/file.hpp"

#include <fcntl.h>
#include <sha2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier::file {

namespace {

/// Closes on every way out; `release` reports the error of close where it matters.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int close_now() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd);
  }

 private:
  int fd_;
};

[[noreturn]] void fail_write(const std::string& path, const char* what) {
  throw RunFailure(text::cat("[file] ", path, ": cannot ", what, ": ", std::strerror(errno)));
}

/// The file beside the wanted one: removed again unless it took that one's place.
class Beside {
 public:
  explicit Beside(std::string path) : path_(std::move(path)) {}
  ~Beside() {
    if (!taken_) ::unlink(path_.c_str());
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  void take_place_of(const std::string& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) fail_write(path, "rename into place");
    taken_ = true;
  }

 private:
  std::string path_;
  bool taken_ = false;
};

void write_piece(const Descriptor& fd, const std::string& path, std::string_view piece) {
  std::size_t done = 0;
  while (done < piece.size()) {
    const ssize_t put = ::write(fd.get(), piece.data() + done, piece.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail_write(path, "write");
    done += static_cast<std::size_t>(put);
  }
}

}  // namespace

std::string read(const std::string& path, std::size_t limit) {
  const auto fail = [&](const std::string& why) {
    throw DataError(text::cat("[file] ", path, ": cannot read: ", why));
  };
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) fail(std::strerror(errno));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail(std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail("Is a directory");
  if (static_cast<std::size_t>(status.st_size) > limit) {
    fail(text::cat("expected at most ", text::bytes(static_cast<double>(limit)), ", found ",
                   text::bytes(static_cast<double>(status.st_size))));
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(std::strerror(errno));
    if (got == 0) fail("the file became shorter while it was read");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

void write_atomically(const std::string& path, std::span<const std::string_view> pieces) {
  const std::string name = path + ".tmp";
  Descriptor fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (fd.get() < 0) fail_write(name, "create");
  Beside beside(name);
  for (const std::string_view piece : pieces) write_piece(fd, name, piece);
  if (::fsync(fd.get()) != 0) fail_write(name, "sync");
  if (fd.close_now() != 0) fail_write(name, "close");
  beside.take_place_of(path);
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  const Descriptor dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir.get() < 0 || ::fsync(dir.get()) != 0) fail_write(folder, "sync the folder");
}

void write_atomically(const std::string& path, std::string_view bytes) {
  const std::array<std::string_view, 1> pieces = {bytes};
  write_atomically(path, pieces);
}

std::string sha256(std::string_view bytes) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256Final(digest.data(), &context);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string shown;
  for (const std::uint8_t byte : digest) {
    shown += kHex[byte >> 4U];
    shown += kHex[byte & 15U];
  }
  return shown;
}

}  // namespace espalier::file
