#include "core/failure_report.hpp"

#include <execinfo.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/where.hpp"

namespace espalier::failure_report {

namespace {

constexpr int kMostFrames = 64;

/// A text that is set before anything fails and read when it did.
template <std::size_t Size>
struct Kept {
  std::array<char, Size> text{};
  std::size_t size = 0;

  void set(std::string_view from) {
    size = std::min(from.size(), Size);
    std::copy_n(from.begin(), size, text.begin());
  }
  std::string_view view() const { return {text.data(), size}; }
};

constinit Kept<4096> g_header;
constinit Kept<4096> g_folder;

void add_file(SafeText& path, std::string_view kind) {
  if (g_folder.size > 0) {
    path.add(g_folder.view()).add("/").add(kind).add("-report.txt");
    return;
  }
  path.add("espalier-").add(kind).add("-").add_number(static_cast<std::uint64_t>(::getpid()));
  path.add(".txt");
}

void write_file(int fd, const Report& report, std::string_view sentence) {
  SafeText text;
  text.add(sentence).add("\n\n").add(g_header.view());
  text.add("\nprocess ").add_number(static_cast<std::uint64_t>(::getpid())).add("\n");
  text.add(report.details);
  text.add(report.stack
               ? "\nstack, innermost first (addr2line -Cfe LIBRARY +OFFSET names the line):\n"
               : "\nstack: not to be had\n");
  text.write(fd);
  if (!report.stack) return;
  std::array<void*, kMostFrames> frames{};
  const int count = ::backtrace(frames.data(), kMostFrames);
  ::backtrace_symbols_fd(frames.data(), count, fd);
}

// The run's own record of how it went.
void append_to_log(const SafeText& line) {
  if (g_folder.size == 0) return;
  SafeText path;
  path.add(g_folder.view()).add("/log.txt");
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return;
  line.write(fd);
  ::close(fd);
}

}  // namespace

void set_header(std::string_view header) { g_header.set(header); }

void set_folder(const std::string& folder) {
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(folder, failed).string();
  g_folder.set(folder.empty() ? "" : (failed ? folder : absolute));
}

void prepare_stack() {
  std::array<void*, 4> frames{};
  ::backtrace(frames.data(), static_cast<int>(frames.size()));
}

void write(const Report& report) {
  SafeText sentence;
  where::describe(sentence);
  sentence.add(": ").add(report.what);
  SafeText path;
  add_file(path, report.kind);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd >= 0) {
    write_file(fd, report, sentence.view());
    ::close(fd);
    sentence.add("; see ").add(path.view());
  }
  sentence.add("\n");
  append_to_log(sentence);
  SafeText shown;
  shown.add("espalier: ").add(sentence.view()).write(STDERR_FILENO);
}

}  // namespace espalier::failure_report
