#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

#include "core/shell.hpp"
#include "core/text.hpp"
#include "experiment/doctor/doctor.hpp"

namespace espalier {

namespace fs = std::filesystem;

namespace {

constexpr double kLittle = 1024.0 * 1024.0 * 1024.0;

// A command that leaves behind a place where runs can be written.
std::string mend_of(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) == 0) {
    const std::string quoted = shell_word(folder.string());
    if (!S_ISDIR(status.st_mode))
      return text::cat("mv ", quoted, " ", shell_word(folder.string() + ".old"));
    if (status.st_uid == ::geteuid()) return text::cat("chmod u+rwx ", quoted);
  }
  return "mkdir -p ~/espalier && cd ~/espalier";
}

}  // namespace

void examine_folder(Patient& patient) {
  std::error_code failed;
  const fs::path here = fs::current_path(failed);
  const fs::path folder = fs::exists(here / "runs", failed) ? here / "runs" : here;
  if (!fs::is_directory(folder, failed) || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    patient.wrong("runs", "expected a folder that can be written, found " + folder.string(),
                  mend_of(folder));
  } else {
    patient.fine("runs", "written to " + folder.string());
  }
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return;
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  if (free < kLittle) {
    patient.wrong("disk",
                  text::cat("only ", text::bytes(free), " left under ", folder.string(),
                            ": name a folder on another disk"),
                  "espalier run EXPERIMENT --out FOLDER");
  } else {
    patient.fine("disk", text::bytes(free) + " left");
  }
}

}  // namespace espalier
