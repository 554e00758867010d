#include "core/file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/text.hpp"
#include "espalier/error.hpp"

using namespace espalier;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / text::cat("espalier_file_test_", ::getpid());
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
};

// Every write beyond `bytes` of a file fails with EFBIG, as on a full disk.
struct FileSizeLimit {
  rlimit before{};
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
  }
};

}  // namespace

TEST_CASE("what is written is read") {
  const Folder folder;
  const std::string path = folder / "a.bin";
  const std::string bytes("one\0two\n\xff", 9);
  file::write_atomically(path, bytes);
  CHECK(file::read(path) == bytes);
  const std::array<std::string_view, 3> pieces = {"x", "", "yz"};
  file::write_atomically(path, pieces);
  CHECK(file::read(path) == "xyz");
  file::write_atomically(path, "");
  CHECK(file::read(path).empty());
  CHECK(folder.entries() == 1);  // nothing is left beside it
}

TEST_CASE("a file without a folder in its name is written here") {
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  file::write_atomically("here.txt", "here");
  fs::current_path(before);
  CHECK(file::read(folder / "here.txt") == "here");
}

TEST_CASE("a write that fails leaves the old file and nothing beside it") {
  const Folder folder;
  const std::string path = folder / "model.bin";
  file::write_atomically(path, "old");
  std::string message;
  {
    const FileSizeLimit limit(4096);
    try {
      file::write_atomically(path, std::string(100000, 'x'));
    } catch (const RunFailure& error) {
      message = error.what();
    }
  }
  CHECK(message == text::cat("[file] ", path, ".tmp: cannot write: File too large"));
  CHECK(file::read(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a full disk is an error with the system's reason") {
  const Folder folder;
  const std::string path = folder / "log.txt";
  fs::create_symlink("/dev/full", path + ".tmp");  // every write to it finds the disk full
  CHECK_THROWS_WITH_AS(
      file::write_atomically(path, "text"),
      text::cat("[file] ", path, ".tmp: cannot write: No space left on device").c_str(),
      RunFailure);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a path that cannot be written names itself") {
  const Folder folder;
  const std::string nowhere = folder / "none/file";
  CHECK_THROWS_WITH_AS(
      file::write_atomically(nowhere, "x"),
      text::cat("[file] ", nowhere, ".tmp: cannot create: No such file or directory").c_str(),
      RunFailure);
  const std::string taken = folder / "taken";
  fs::create_directory(taken);
  CHECK_THROWS_WITH_AS(
      file::write_atomically(taken, "x"),
      text::cat("[file] ", taken, ": cannot rename into place: Is a directory").c_str(),
      RunFailure);
  CHECK(folder.entries() == 1);
}

TEST_CASE("a file that cannot be read says why") {
  const Folder folder;
  const std::string missing = folder / "missing";
  CHECK_THROWS_WITH_AS(
      file::read(missing),
      text::cat("[file] ", missing, ": cannot read: No such file or directory").c_str(), DataError);
  CHECK_THROWS_WITH_AS(
      file::read(folder.path.string()),
      text::cat("[file] ", folder.path.string(), ": cannot read: Is a directory").c_str(),
      DataError);
  const std::string large = folder / "large";
  file::write_atomically(large, std::string(2048, 'x'));
  CHECK(file::read(large, 2048).size() == 2048);
  CHECK_THROWS_WITH_AS(
      file::read(large, 1024),
      text::cat("[file] ", large, ": cannot read: expected at most 1.0 KiB, found 2.0 KiB").c_str(),
      DataError);
}

TEST_CASE("sha256 gives the published digests") {  // FIPS 180-2, appendix B
  CHECK(file::sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(file::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(file::sha256(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
