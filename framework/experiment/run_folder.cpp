#include "experiment/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw RunFailure(text::cat("[run folder] ", path, ": cannot ", what, ": ", std::strerror(errno)));
}

// "runs/first/" is "runs/first": its parent is `runs`.
std::string without_end_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

void check_same_spec(const std::string& path, const std::string& resolved_spec) {
  const std::string stored = (fs::path(path) / "spec.yaml").string();
  std::error_code missing;
  if (!fs::exists(stored, missing)) return;  // killed before it was written: nothing was trained
  if (file::read(stored) == resolved_spec) return;
  throw ConfigError(
      text::cat("[run folder] expected ", path, " to hold the same experiment, found ",
                "another one, or one of another version, in its spec.yaml; choose another --out"));
}

}  // namespace

std::string run_folder(const std::string& given) {
  std::error_code ignored;
  if (given.empty() || given.front() == '/' || fs::exists(given, ignored)) return given;
  const std::string in_store = "runs/" + given;
  return fs::exists(in_store, ignored) ? in_store : given;
}

RunFolder::RunFolder(const std::string& wanted, const std::string& resolved_spec, bool resume)
    : path_(without_end_slash(wanted)) {
  const std::string& path = path_;
  std::error_code failed;
  fs::create_directories(fs::absolute(path).parent_path(), failed);
  if (failed) {
    throw RunFailure(text::cat("[run folder] ", path,
                               ": cannot make the folder it lies in: ", failed.message()));
  }
  if (::mkdir(path.c_str(), 0755) != 0) {
    if (errno != EEXIST) fail(path, "make it");
    if (!resume) {
      throw ConfigError(text::cat("[run folder] expected a folder that does not exist, found ",
                                  path, "; continue it with --resume or choose another --out"));
    }
    resumed_ = true;
  }
  lock_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) fail(path, "open it");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw ConfigError(
        text::cat("[run folder] expected ", path, " to be free, found it in use by another run"));
  }
  try {
    if (resumed_) check_same_spec(path, resolved_spec);
    file::write_atomically(file("spec.yaml"), resolved_spec);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

RunFolder::~RunFolder() {
  if (metrics_ >= 0) ::close(metrics_);
  if (lock_ >= 0) ::close(lock_);
}

std::string RunFolder::file(std::string_view name) const {
  return (fs::path(path_) / name).string();
}

void RunFolder::open_metrics(std::uint64_t bytes) {
  const std::string path = file("metrics.jsonl");
  metrics_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (metrics_ < 0) fail(path, "open it");
  struct stat status {};
  if (::fstat(metrics_, &status) != 0) fail(path, "ask for its size");
  if (static_cast<std::uint64_t>(status.st_size) < bytes) {
    throw DataError(text::cat("[run folder] ", path, ": expected at least the ", bytes,
                              " bytes that the checkpoint counts, found ", status.st_size,
                              "; put the file back, or start again with another --out"));
  }
  if (::ftruncate(metrics_, static_cast<off_t>(bytes)) != 0) fail(path, "cut it");
  if (::lseek(metrics_, 0, SEEK_END) < 0) fail(path, "seek in it");
  metrics_bytes_ = bytes;
}

void RunFolder::append_metrics(const std::string& line) {
  const std::string text = line + "\n";
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t put = ::write(metrics_, text.data() + done, text.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(file("metrics.jsonl"), "write to it");
    done += static_cast<std::size_t>(put);
  }
  metrics_bytes_ += text.size();
}

std::uint64_t RunFolder::sync_metrics() {
  if (::fsync(metrics_) != 0) fail(file("metrics.jsonl"), "sync it");
  return metrics_bytes_;
}

void RunFolder::log(const std::string& line) {
  std::ofstream(file("log.txt"), std::ios::app) << line << '\n';
}

}  // namespace espalier
